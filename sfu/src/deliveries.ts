/**
 * The deliveries of one receiver, by producer. What nobody asks for any more costs nothing at once, and is closed some
 * seconds later: people scroll back, and speak again.
 */
import type { ConsumerInfo } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import { Delivery } from './delivery.ts'
import type { DeliveryListener, DeliveryOptions, DeliveryWish } from './delivery.ts'
import type { Offer } from './supply.ts'

/** Milliseconds that a consumer is kept paused after nobody asked for it. */
const lingers: Record<types.MediaKind, number> = { video: 8_000, audio: 30_000 }
const maxLingering = 24

export class Deliveries {
  readonly #options: Omit<DeliveryOptions, 'offer'>
  readonly #all = new Map<string, Delivery>()
  /** When what nobody asks for any more is to be closed, in order of leaving. */
  readonly #leaving = new Map<string, number>()
  /** Consumers of what there is twice; the worker does not count them. */
  #passing = 0

  constructor(options: Omit<DeliveryOptions, 'offer'>) {
    this.#options = { ...options, listener: this.#counting(options.listener) }
  }

  get all(): Delivery[] {
    return [...this.#all.values()]
  }

  get consumers(): types.Consumer[] {
    return this.all.flatMap(({ consumer }) => consumer ?? [])
  }

  get producers(): types.Producer[] {
    return this.all.flatMap(({ producer }) => producer ?? [])
  }

  get infos(): ConsumerInfo[] {
    return this.all.flatMap(({ info }) => info ?? [])
  }

  find(producerId: string): Delivery | undefined {
    return this.#all.get(producerId)
  }

  /** It is asked for: it begins, or stays. Resolves when it is so, or cannot be. */
  async wish(producerId: string, wish: DeliveryWish, offers: readonly Offer[]): Promise<void> {
    this.#leaving.delete(producerId)
    await (this.#all.get(producerId) ?? this.#begin(producerId, offers))?.set(wish)
  }

  /** Whatever is not among these is not asked for. */
  keepOnly(producerIds: ReadonlyMap<string, unknown>): void {
    for (const producerId of this.#all.keys()) if (!producerIds.has(producerId)) this.#leave(producerId)
    this.#countPassing()
  }

  /** Once a second: closes what left long ago, and tries again what failed. */
  tidy(): void {
    const now = performance.now()
    for (const [producerId, at] of this.#leaving) if (at <= now) this.end(producerId)
    for (const delivery of this.#all.values()) delivery.retry()
  }

  end(producerId: string): void {
    this.#all.get(producerId)?.end()
    this.#all.delete(producerId)
    this.#leaving.delete(producerId)
  }

  /** As their transport closes, which takes the consumers with it. */
  abandon(): void {
    for (const delivery of this.#all.values()) delivery.abandon()
    this.#all.clear()
    this.#leaving.clear()
    this.#countPassing()
  }

  #counting(listener: DeliveryListener): DeliveryListener {
    return {
      opened: (consumer) => {
        this.#countPassing()
        listener.opened(consumer)
      },
      closed: (consumerId) => {
        this.#countPassing()
        listener.closed(consumerId)
      },
      failed: (error, producerId) => listener.failed(error, producerId),
    }
  }

  #countPassing(): void {
    const now = this.all.filter(({ consumer, offer }) => consumer && offer.passing).length
    this.#options.host.slot.passing += now - this.#passing
    this.#passing = now
  }

  #begin(producerId: string, offers: readonly Offer[]): Delivery | undefined {
    const offer = offers.find(({ info }) => info.producerId === producerId)
    if (!offer) return undefined
    const delivery = new Delivery({ ...this.#options, offer })
    this.#all.set(producerId, delivery)
    return delivery
  }

  #leave(producerId: string): void {
    const delivery = this.#all.get(producerId)
    if (!delivery || this.#leaving.has(producerId)) return
    const lasts = delivery.consumer ? lingers[delivery.offer.info.kind] : 0
    void delivery.set({ state: delivery.consumer ? 'paused' : 'closed', layer: 0, priority: 1 })
    this.#leaving.set(producerId, performance.now() + lasts)
    const [oldest] = this.#leaving.keys()
    if (this.#leaving.size > maxLingering && oldest !== undefined) this.end(oldest)
  }
}
