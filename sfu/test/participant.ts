/** Somebody in a room: a peer at the node, with the browser's ends of its transports and packets that really flow. */
import { randomInt, randomUUID } from 'node:crypto'
import type { ConsumerInfo, MediaSetup, Source, Tile } from '@peerlearn/contract/media'
import type { MaxProducers, ReceiveRule } from '@peerlearn/contract/sfu'
import { RtcpPayloadSpecificFeedback } from 'werift'
import { Downstream } from './downstream.ts'
import {
  kindOf,
  nextHeader,
  parametersFor,
  rtpCapabilities,
  senderReport,
  vp8Frame,
  withRedundancy,
} from './rtp.ts'
import type { Stream } from './rtp.ts'
import type { ServerEnd, Told } from './server-end.ts'
import { until } from './until.ts'
import { WebRtcEnd } from './webrtc-end.ts'

export interface Joining {
  mentor?: boolean
  maxProducers?: MaxProducers
  receive?: Partial<ReceiveRule>
  /** Understands RED. */
  redundancy?: boolean
  /** Tiles of the first view. */
  videos?: number
  /** Somebody who is on another node, too, and moves. */
  peerId?: string
}

interface Publishing {
  layers?: number
  /** In dB below full scale; 127 is silence. */
  loudness?: number | (() => number)
  /** Of each packet; of each layer's where they differ. */
  bytes?: number | number[]
  isLost?: () => boolean
}

export class Participant {
  readonly server: ServerEnd
  readonly of: { roomId: string; peerId: string }
  readonly setup: MediaSetup
  readonly down = new Downstream()
  /** All that it has now, as it was told. */
  readonly consumers = new Map<string, ConsumerInfo>()
  readonly #sending: NodeJS.Timeout[] = []
  #isFollowing = false
  #send: Promise<WebRtcEnd> | undefined
  #recv: Promise<WebRtcEnd> | undefined

  private constructor(server: ServerEnd, of: { roomId: string; peerId: string }, setup: MediaSetup) {
    this.server = server
    this.of = of
    this.setup = setup
    for (const consumer of setup.consumers) this.consumers.set(consumer.consumerId, consumer)
  }

  static async join(server: ServerEnd, roomId: string, joining: Joining = {}) {
    const {
      mentor = false,
      maxProducers = { audio: 2, video: 2 },
      receive,
      videos = 25,
      redundancy = false,
    } = joining
    const of = { roomId, peerId: joining.peerId ?? randomUUID() }
    await server.ask('room.attach', { roomId })
    const setup = await server.ask('peer.create', {
      ...of,
      rtpCapabilities: redundancy ? withRedundancy : rtpCapabilities,
      mentor,
      maxProducers,
      receive: { mode: 'full', maxBitrate: null, ...receive },
      view: { videos },
    })
    const participant = new Participant(server, of, setup)
    for (const told of server.told) participant.#hear(told)
    server.onTold.add(participant.#hear)
    return participant
  }

  connectSend(): Promise<WebRtcEnd> {
    return (this.#send ??= this.#connect('send'))
  }

  connectRecv(): Promise<WebRtcEnd> {
    return (this.#recv ??= this.#connect('recv').then((end) => {
      this.down.listen(end)
      return end
    }))
  }

  /** Makes a producer and returns its id; nothing is sent yet. */
  async produce(source: Source, ssrcs = [randomInt(1, 2 ** 31)], paused = false): Promise<string> {
    const { producerId } = await this.server.ask('producer.create', {
      ...this.of,
      transportId: this.setup.send.id,
      kind: kindOf(source),
      source,
      rtpParameters: parametersFor(source, ssrcs, String(randomInt(1e6))),
      paused,
    })
    return producerId
  }

  /**
   * Produces and sends: audio 50 packets a second; video frames that begin with a key frame only when asked for one.
   * What `isLost` names is counted and never sent.
   */
  async publish(source: Source, options: Publishing = {}): Promise<string> {
    const { layers = 1, loudness = 20, bytes = 200, isLost = () => false } = options
    const first = randomInt(1, 2 ** 31)
    const ssrcs = Array.from({ length: layers }, (_, layer) => first + layer)
    const end = await this.connectSend()
    const producerId = await this.produce(source, ssrcs)
    const keyFrames = new Set<number>()
    end.onRtcp((packet) => {
      if (packet instanceof RtcpPayloadSpecificFeedback) keyFrames.add(packet.feedback.mediaSsrc)
    })
    const streams = ssrcs.map((ssrc): Stream => ({ ssrc, sequenceNumber: 1, timestamp: 1 }))
    const sendOne = (stream: Stream, layer: number) => {
      const level = typeof loudness === 'number' ? loudness : loudness()
      const header = nextHeader(stream, kindOf(source), level)
      const size = typeof bytes === 'number' ? bytes : (bytes[layer] ?? 200)
      const payload = vp8Frame(keyFrames.delete(stream.ssrc), size, layer)
      if (!isLost()) void end.dtls.sendRtp(payload, header)
      if (stream.sequenceNumber % 25 === 2) void end.dtls.sendRtcp([senderReport(stream)])
    }
    this.#sending.push(setInterval(() => streams.forEach(sendOne), 20))
    return producerId
  }

  /** Says that it is ready for these, having connected. */
  async resume(consumers: Iterable<ConsumerInfo>): Promise<void> {
    await this.connectRecv()
    const consumerIds = Array.from(consumers, ({ consumerId }) => consumerId)
    await this.server.ask('consumer.resume', { ...this.of, consumerIds })
  }

  /** Is ready for what it has, and from now on for everything that comes, as soon as it comes. */
  async follow(): Promise<void> {
    this.#isFollowing = true
    await this.resume(this.consumers.values())
  }

  /** Says what is on its screen: producers, most wanted first, and how high their tiles are. */
  async show(...tiles: [producerId: string, height: number][]): Promise<void> {
    const view = tiles.map(([producerId, height]): Tile => ({ producerId, width: 2 * height, height }))
    await this.server.ask('view.set', { ...this.of, tiles: view })
  }

  async receive(rule: Partial<ReceiveRule>): Promise<void> {
    await this.server.ask('receive.set', { ...this.of, mode: 'full', maxBitrate: null, ...rule })
  }

  find(producerId: string): ConsumerInfo | undefined {
    return [...this.consumers.values()].find((consumer) => consumer.producerId === producerId)
  }

  /** Its consumer of a producer, when it has one. */
  consumerOf(producerId: string): Promise<ConsumerInfo> {
    return until(`a consumer of ${producerId}`, () => this.find(producerId))
  }

  /** What arrived of a producer so far, through the consumer that it has now. */
  heardOf(producerId: string) {
    const consumer = this.find(producerId)
    return consumer && this.down.heard.get(ssrcOf(consumer))
  }

  /** Packets that arrived so far, of a consumer or of a producer. */
  packets(of: ConsumerInfo | string): number {
    const heard = typeof of === 'string' ? this.heardOf(of) : this.down.heard.get(ssrcOf(of))
    return heard?.packets ?? 0
  }

  /** When the last packet of a producer arrived, by performance.now(). */
  lastAt(producerId: string): number {
    return this.heardOf(producerId)?.lastAt ?? 0
  }

  /** When the packets that come now of a producer began to come. */
  beganAt(producerId: string): number {
    return this.heardOf(producerId)?.beganAt ?? Infinity
  }

  layer(consumer: ConsumerInfo): number | undefined {
    return this.down.heard.get(ssrcOf(consumer))?.layer
  }

  /** Goes as a closed laptop does: nothing is said. */
  async vanish(): Promise<void> {
    for (const timer of this.#sending) clearInterval(timer)
    this.server.onTold.delete(this.#hear)
    this.down.close()
    for (const end of [await this.#send, await this.#recv]) await end?.close()
  }

  readonly #hear = ({ event, data }: Told): void => {
    // parsed by the schema of its event as it arrived
    const { to, consumer, consumerId } = data as { to?: string; consumer?: ConsumerInfo; consumerId?: string }
    if (to !== this.of.peerId) return
    if (event === 'consumer.closed' && consumerId) this.consumers.delete(consumerId)
    if (event !== 'consumer.opened' || !consumer) return
    this.consumers.set(consumer.consumerId, consumer)
    // the peer may go in this moment
    if (this.#isFollowing) this.resume([consumer]).catch(() => {})
  }

  async #connect(side: 'send' | 'recv'): Promise<WebRtcEnd> {
    const info = this.setup[side]
    return await WebRtcEnd.connect(info, (dtlsParameters) =>
      this.server.ask('transport.connect', { ...this.of, transportId: info.id, dtlsParameters }),
    )
  }
}

const ssrcOf = (consumer: ConsumerInfo) => consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0
