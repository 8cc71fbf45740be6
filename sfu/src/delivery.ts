/**
 * One producer on its way to one peer: taken from the room's supply, a consumer, what it should do now. It is told what
 * is wished, and goes there step by step; only the last wish counts.
 */
import type { ConsumerInfo } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import type { Host } from './host.ts'
import { isRedundant, plainOf } from './redundancy.ts'
import { Retry } from './retry.ts'
import type { Offer, Supply } from './supply.ts'

export interface DeliveryWish {
  readonly state: 'closed' | 'paused' | 'flowing'
  readonly layer: number
  readonly priority: number
}

export interface DeliveryOptions {
  offer: Offer
  peerId: string
  host: Host
  transport: types.WebRtcTransport
  rtpCapabilities: types.RtpCapabilities
  supply: Supply
  listener: DeliveryListener
  /** What gets through has changed. */
  scored: () => void
}

export interface DeliveryListener {
  opened(consumer: ConsumerInfo): unknown
  closed(consumerId: string): unknown
  /** Something could not be made, and is tried again later. */
  failed(error: unknown, producerId: string): unknown
}

const nothing: DeliveryWish = { state: 'closed', layer: 0, priority: 1 }

export class Delivery {
  readonly offer: Offer
  readonly #options: DeliveryOptions
  #wish = nothing
  #going: Promise<void> | undefined
  #producer: types.Producer | undefined
  #consumer: types.Consumer | undefined
  /** The client has its side: nothing is sent that it could not decode. */
  #isReady = false
  #priority = 1
  #wanted: number | null = null
  #ended = false
  #hasFailed = false
  readonly #retry = new Retry()

  constructor(options: DeliveryOptions) {
    this.offer = options.offer
    this.#options = options
  }

  get consumer(): types.Consumer | undefined {
    return this.#consumer
  }

  get producer(): types.Producer | undefined {
    return this.#producer
  }

  get isReady(): boolean {
    return this.#isReady
  }

  get flows(): boolean {
    return this.#wish.state === 'flowing'
  }

  get info(): ConsumerInfo | undefined {
    return this.#consumer && this.#infoOf(this.#consumer)
  }

  /** Resolves when it is so, or when it cannot be. */
  set(wish: DeliveryWish): Promise<void> {
    if (this.#ended) return Promise.resolve()
    if (sameWish(wish, this.#wish)) return this.#going ?? Promise.resolve()
    return this.#pursue(wish)
  }

  #pursue(wish: DeliveryWish): Promise<void> {
    this.#wish = wish
    this.#tellWanted()
    return (this.#going ??= this.#go())
  }

  setReady(): Promise<void> {
    this.#isReady = this.#consumer !== undefined
    return this.#pursue({ ...this.#wish })
  }

  /** What flows begins anew with a key frame; mediasoup makes one request of many. */
  refresh(): void {
    const consumer = this.#consumer
    if (consumer?.kind === 'video' && !consumer.paused) consumer.requestKeyFrame().catch(() => undefined) // closed meanwhile
  }

  /** Tries again what failed, when it is time. */
  retry(): void {
    const isMissing = this.#wish.state !== 'closed' && !this.#consumer
    if ((isMissing || this.#hasFailed) && this.#retry.isDue) void this.#pursue({ ...this.#wish })
  }

  /** For good. */
  end(): void {
    this.#wish = nothing
    this.#ended = true
    this.#tellWanted()
    this.#drop()
  }

  /** As its transport closes, which takes the consumer with it. */
  abandon(): void {
    this.#wish = nothing
    this.#ended = true
    this.#tellWanted()
    this.#release()
  }

  async #go(): Promise<void> {
    this.#hasFailed = false
    try {
      let wish: DeliveryWish
      do {
        wish = this.#wish
        await this.#step(wish)
      } while (wish !== this.#wish && !this.#ended)
    } catch (error) {
      this.#hasFailed = true
      if (!this.#ended && !this.#consumer?.closed)
        this.#options.listener.failed(error, this.offer.info.producerId)
    } finally {
      this.#going = undefined
    }
  }

  async #step(wish: DeliveryWish): Promise<void> {
    if (wish.state === 'closed') return this.#drop()
    const consumer = this.#consumer ?? (await this.#open(wish))
    if (!consumer || consumer.closed || wish !== this.#wish) return
    if (wish.state === 'paused' || !this.#isReady) {
      if (!consumer.paused) await limited(consumer.pause())
      return
    }
    if (consumer.preferredLayers && consumer.preferredLayers.spatialLayer !== wish.layer)
      await limited(consumer.setPreferredLayers({ spatialLayer: wish.layer }))
    if (consumer.kind === 'video' && this.#priority !== wish.priority) {
      await limited(consumer.setPriority(wish.priority))
      this.#priority = wish.priority
    }
    // mediasoup asks the producer for a key frame as it resumes
    if (consumer.paused && wish === this.#wish) await limited(consumer.resume())
  }

  async #open(wish: DeliveryWish): Promise<types.Consumer | undefined> {
    if (!this.#retry.isDue) return undefined
    this.#retry.tried()
    const { supply, host, transport, rtpCapabilities } = this.#options
    const { producerId } = this.offer.info
    this.#producer ??= await supply.take(producerId, host)
    if (this.#ended || !this.#producer || this.#wish.state === 'closed') return void this.#drop()
    if (!host.router.canConsume({ producerId: this.#producer.id, rtpCapabilities })) {
      this.#retry.giveUp()
      return void this.#drop()
    }
    const consumer = await limited(
      transport.consume({
        producerId: this.#producer.id,
        rtpCapabilities,
        paused: true,
        preferredLayers: { spatialLayer: wish.layer },
        // what is lost of a sound is sent again where it is worth it
        ...(isRedundant(producerId) && { enableRtx: true }),
      }),
      (late) => late.close(),
    ).catch((error: unknown) => {
      const isGone = this.#producer?.closed !== false
      this.#drop()
      if (isGone || transport.closed) return undefined
      throw error
    })
    if (!consumer) return undefined
    if (this.#ended || consumer.closed) {
      consumer.close()
      return void this.#release()
    }
    this.#adopt(consumer)
    return consumer
  }

  #adopt(consumer: types.Consumer): void {
    this.#consumer = consumer
    this.#isReady = false
    this.#priority = 1
    this.#retry.succeeded()
    consumer.observer.once('close', () => {
      this.#consumer = undefined
      this.#release()
      this.#options.listener.closed(consumer.id)
    })
    consumer.on('score', () => this.#options.scored())
    this.#options.listener.opened(this.#infoOf(consumer))
  }

  #infoOf(consumer: types.Consumer): ConsumerInfo {
    return { ...consumerInfo(consumer, this.offer), transportId: this.#options.transport.id }
  }

  #drop(): void {
    // with its producer the worker has closed it already, and says so
    if (!this.#producer?.closed) this.#consumer?.close()
    this.#release()
  }

  #release(): void {
    if (this.#producer) this.#options.supply.release(this.#producer, this.#options.host)
    this.#producer = undefined
  }

  /** The publisher need not wait for our worker: what is looked at is told as soon as it is wished. */
  #tellWanted(): void {
    if (this.offer.info.kind !== 'video') return
    const layer = this.#wish.state === 'flowing' ? this.#wish.layer : null
    if (layer === this.#wanted) return
    this.#wanted = layer
    this.#options.supply.want(this.offer.info.producerId, this.#options.peerId, layer)
  }
}

const sameWish = (a: DeliveryWish, b: DeliveryWish) =>
  a.state === b.state && a.layer === b.layer && a.priority === b.priority

const consumerInfo = (consumer: types.Consumer, { info }: Offer): ConsumerInfo => ({
  consumerId: consumer.id,
  producerId: plainOf(info.producerId),
  peerId: info.peerId,
  kind: consumer.kind,
  source: info.source,
  // what mediasoup makes is within the contract; only its types are looser (parameters: unknown)
  rtpParameters: consumer.rtpParameters as ConsumerInfo['rtpParameters'],
  producerPaused: consumer.producerPaused,
})
