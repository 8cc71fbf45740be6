/**
 * What a peer receives: a consumer for every producer of others. One flows once the client is ready for it and, for
 * video, shows it; its layer follows the size of its tile. What nobody looks at costs nothing.
 */
import type { ConsumerInfo, Tile } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import { layerFor, screenPriority } from './codecs.ts'
import { limited } from './deadline.ts'
import type { Producer } from './producers.ts'
import { fromClient } from './refusals.ts'

interface Received {
  consumer: types.Consumer
  producer: Producer
  /** The client has its side: nothing is sent that it could not decode. */
  ready: boolean
  shown: boolean
  layer: number
}

export class Consumers {
  readonly #router: types.Router
  readonly #transport: types.WebRtcTransport
  readonly #rtpCapabilities: types.RtpCapabilities
  readonly #byId = new Map<string, Received>()
  /** Until the client says what it shows, everything is shown, small: the first picture is quick. */
  #viewIsKnown = false

  constructor(
    router: types.Router,
    transport: types.WebRtcTransport,
    rtpCapabilities: types.RtpCapabilities,
  ) {
    this.#router = router
    this.#transport = transport
    this.#rtpCapabilities = rtpCapabilities
  }

  get size(): number {
    return this.#byId.size
  }

  get infos(): ConsumerInfo[] {
    return [...this.#byId.values()].map(({ consumer, producer }) => consumerInfo(consumer, producer))
  }

  /** The average score, 0 to 10, of what flows; undefined when nothing does. */
  get score(): number | undefined {
    const scores = [...this.#byId.values()]
      .filter(({ consumer }) => !consumer.paused && !consumer.producerPaused && consumer.score.score > 0)
      .map(({ consumer }) => consumer.score.score)
    return scores.length > 0 ? scores.reduce((sum, score) => sum + score, 0) / scores.length : undefined
  }

  /**
   * A paused consumer; undefined when the client cannot decode this producer, or the producer closed meanwhile.
   * @throws AppError media-refused, media-unavailable
   */
  async open(producer: Producer, onClosed: (consumerId: string) => void): Promise<ConsumerInfo | undefined> {
    const rtpCapabilities = this.#rtpCapabilities
    if (!this.#router.canConsume({ producerId: producer.id, rtpCapabilities })) return undefined
    const opening = this.#transport.consume({
      producerId: producer.id,
      rtpCapabilities,
      paused: true,
      preferredLayers: { spatialLayer: 0 },
    })
    const consumer = await fromClient(this.#transport, opening, (late) => late.close()).catch(
      (error: unknown) => {
        if (producer.closed) return undefined
        throw error
      },
    )
    if (!consumer) return undefined
    if (producer.closed) return void consumer.close()
    this.#add(consumer, producer, onClosed)
    if (producer.appData.source === 'screen') await limited(consumer.setPriority(screenPriority))
    return consumer.closed ? undefined : consumerInfo(consumer, producer)
  }

  /** The client has made its side of these: they may flow. Unknown ids have closed meanwhile. */
  async setReady(consumerIds: string[]): Promise<void> {
    const received = consumerIds.map((id) => this.#byId.get(id)).filter((one) => one !== undefined)
    for (const one of received) one.ready = true
    await Promise.all(received.map((one) => this.#apply(one)))
  }

  /** What the client's screen shows now, and how large. */
  async setView(tiles: Tile[]): Promise<void> {
    this.#viewIsKnown = true
    const heights = new Map(tiles.map((tile) => [tile.consumerId, tile.height]))
    const videos = [...this.#byId.values()].filter(({ consumer }) => consumer.kind === 'video')
    for (const video of videos) {
      const height = heights.get(video.consumer.id) ?? 0
      video.shown = height > 0
      if (video.shown) video.layer = wantedLayer(video.producer, height)
    }
    await Promise.all(videos.map((video) => this.#apply(video)))
  }

  #add(consumer: types.Consumer, producer: Producer, onClosed: (consumerId: string) => void): void {
    const shown = consumer.kind === 'audio' || !this.#viewIsKnown
    this.#byId.set(consumer.id, { consumer, producer, ready: false, shown, layer: 0 })
    consumer.observer.once('close', () => this.#byId.delete(consumer.id))
    consumer.once('producerclose', () => onClosed(consumer.id))
  }

  async #apply({ consumer, ready, shown, layer }: Received): Promise<void> {
    try {
      if (!(ready && shown)) {
        if (!consumer.paused) await limited(consumer.pause())
        return
      }
      if (consumer.preferredLayers && consumer.preferredLayers.spatialLayer !== layer)
        await limited(consumer.setPreferredLayers({ spatialLayer: layer }))
      // mediasoup asks the producer for a key frame as it resumes
      if (consumer.paused) await limited(consumer.resume())
    } catch (error) {
      if (!consumer.closed) throw error
    }
  }
}

/** A screen is always wanted whole: its small letters are the point. */
function wantedLayer(producer: Producer, tileHeight: number): number {
  const produced = producer.rtpParameters.encodings?.length ?? 1
  return producer.appData.source === 'screen' ? produced - 1 : layerFor(tileHeight, produced)
}

const consumerInfo = (consumer: types.Consumer, producer: Producer): ConsumerInfo => ({
  consumerId: consumer.id,
  producerId: producer.id,
  peerId: producer.appData.peerId,
  kind: consumer.kind,
  source: producer.appData.source,
  // what mediasoup makes is within the contract; only its types are looser (parameters: unknown)
  rtpParameters: consumer.rtpParameters as ConsumerInfo['rtpParameters'],
  producerPaused: consumer.producerPaused,
})
