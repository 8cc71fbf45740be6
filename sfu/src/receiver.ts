/**
 * What a peer receives. Whenever something changes, a plan is made of what should flow (`receive-rule.ts`), and the
 * delivery of each producer in it goes there by itself. What leaves the plan is paused at once and closed some seconds later.
 */
import type { ConsumerInfo, FirstView, Tile } from '@peerlearn/contract/media'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import type { types } from 'mediasoup'
import { everybody } from './audible.ts'
import type { Audibles } from './audible.ts'
import { Downlink, isClean, isFlowing } from './downlink.ts'
import { within } from './deadline.ts'
import { Deliveries } from './deliveries.ts'
import type { DeliveryListener } from './delivery.ts'
import type { Host } from './host.ts'
import type { Rates } from './rates.ts'
import { bitsOf, planReceiving, roomFor, roomForPictures } from './receive-rule.ts'
import type { Outlook } from './receive-rule.ts'
import { RedundantVoices } from './redundant-voices.ts'
import type { Offer, Supply } from './supply.ts'

export interface ReceiverOptions {
  peerId: string
  host: Host
  transport: types.WebRtcTransport
  rtpCapabilities: types.RtpCapabilities
  rule: ReceiveRule
  supply: Supply
  /** One for all receivers of a host: how many bits the layers of its producers take. */
  rates: Rates
  /** Is the peer's link full, by its round trips? */
  isFull: () => boolean
  listener: DeliveryListener
}

const lookEvery = 500
/** Milliseconds that a join, and a later wish, wait at most for what they bring: what else the peer asks waits behind. */
const firstDeadline = 1_500
const laterDeadline = 500

/** Milliseconds: each refresh asks all the publishers that are seen for a key frame. */
const leastBetweenRefreshes = 1_000

export class Receiver {
  readonly #options: ReceiverOptions
  readonly #deliveries: Deliveries
  readonly #redundant: RedundantVoices
  readonly #downlink: Downlink
  #view: readonly Tile[] | FirstView = { videos: 0 }
  #refreshedAt = -Infinity
  #rule: ReceiveRule
  #audibles = everybody
  #told = false
  #isPlanned = false
  #looking = false
  #lookedAt = 0
  #closed = false

  constructor(options: ReceiverOptions) {
    this.#options = options
    this.#rule = options.rule
    this.#downlink = new Downlink(options.transport)
    const { listener } = options
    this.#deliveries = new Deliveries({
      ...options,
      scored: () => this.#look(),
      listener: {
        opened: (consumer) => this.#told && !this.#closed && listener.opened(consumer),
        closed: (consumerId) => this.#told && !this.#closed && listener.closed(consumerId),
        failed: (error, id) => !this.#closed && listener.failed(error, id),
      },
    })
    this.#redundant = new RedundantVoices({ ...options, deliveries: this.#deliveries })
  }

  get infos(): ConsumerInfo[] {
    return this.#deliveries.infos
  }

  get size(): number {
    return this.#deliveries.consumers.length
  }

  /** The average score, 0 to 10, of what flows; undefined when nothing does. */
  get score(): number | undefined {
    const scores = this.#deliveries.consumers
      .filter((consumer) => isFlowing(consumer) && isClean(consumer) && consumer.score.score > 0)
      .map(({ score }) => score.score)
    return scores.length > 0 ? scores.reduce((sum, score) => sum + score, 0) / scores.length : undefined
  }

  /** The first consumers, of what is offered now. Nothing is told to the listener before this resolves. */
  async open(view: FirstView): Promise<ConsumerInfo[]> {
    this.#view = view
    await within(firstDeadline, this.#replan())
    this.#told = true
    return this.infos
  }

  offered(offer: Offer): void {
    // one that came while another is withdrawn under the same id is not the same
    const { producerId } = offer.info
    if (this.#deliveries.find(producerId)?.offer !== offer) this.#deliveries.end(producerId)
    this.#replanSoon()
  }

  withdrawn(producerId: string): void {
    this.#deliveries.end(producerId)
    this.#replanSoon()
  }

  /** Something offered was paused or resumed, or its layers have become known: it may need more or less room. */
  offerChanged(): void {
    this.#replanSoon()
  }

  /**
   * The client has made its side of these: they may flow. Pictures of which it says so again were lost for a while.
   * Unknown ids have closed meanwhile.
   */
  async setReady(consumerIds: string[]): Promise<void> {
    const ready = new Set(consumerIds)
    const of = this.#deliveries.all.filter(({ consumer }) => consumer && ready.has(consumer.id))
    if (of.some(({ isReady, consumer }) => isReady && consumer?.kind === 'video')) this.refresh()
    await within(laterDeadline, Promise.all(of.map((delivery) => delivery.setReady())))
  }

  /** The peer is silent: its link is away. What is lost meanwhile says nothing of how much the link takes. */
  away(): void {
    this.#downlink.forgive()
  }

  /** Nothing came through for a while, and does again: pictures begin anew. Not oftener than anybody's link can fail. */
  refresh(): void {
    const now = performance.now()
    if (now - this.#refreshedAt < leastBetweenRefreshes) return
    this.#refreshedAt = now
    for (const delivery of this.#deliveries.all) delivery.refresh()
  }

  /** What the client's screen shows now, how large, and the most wanted first. */
  async setView(tiles: Tile[]): Promise<void> {
    this.#view = tiles
    await within(laterDeadline, this.#replan())
  }

  async setRule(rule: ReceiveRule): Promise<void> {
    this.#rule = rule
    await within(laterDeadline, this.#replan())
  }

  /** From Audible's `changed`; also before open(), so that the first consumers are the right ones. */
  setAudible(audibles: Audibles): void {
    const isHeard = audibles.sent !== this.#audibles.sent || audibles.near !== this.#audibles.near
    this.#audibles = audibles
    // who is the loudest matters to those who hear few
    if (isHeard || this.#rule.mode !== 'full') this.#replanSoon()
  }

  /** Once a second: closes what left long ago, tries again what failed, and fits what flows to rule and link. */
  judge(): void {
    if (this.#closed) return
    this.#deliveries.tidy()
    this.#look()
    void this.#redundant.judge().then((isOther) => (isOther ? this.#replan() : undefined))
  }

  /** With its transport, whose end closes the consumers. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#redundant.close()
    this.#deliveries.abandon()
  }

  /** Is there a limit, or a sign that one is met? On a wide and calm link nothing is measured. */
  #isTight(): boolean {
    return (
      roomFor({ rule: this.#rule, link: this.#downlink.limit }) < Infinity ||
      this.#downlink.isSuspect(this.#deliveries.consumers)
    )
  }

  /** Measures, where there is need: at once when something gets lost, else as often as it is judged. */
  #look(): void {
    if (this.#closed || this.#looking || !this.#isTight()) return
    if (performance.now() - this.#lookedAt < lookEvery) return
    this.#lookedAt = performance.now()
    this.#looking = true
    void this.#fit().finally(() => (this.#looking = false))
  }

  async #fit(): Promise<void> {
    await this.#options.rates.look(this.#deliveries.producers)
    const unlimited = { ...this.#outlook(), link: null }
    await this.#downlink.judge(this.#deliveries.consumers, bitsOf(planReceiving(unlimited), unlimited))
    await this.#replan()
  }

  /** Once for all that changes together: when a room closes or a worker dies, everything of everybody goes. */
  #replanSoon(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      void this.#replan()
    })
  }

  /** Resolves when everything is so, or cannot be; a later call overrides this one. */
  async #replan(): Promise<void> {
    if (this.#closed) return
    const outlook = this.#outlook()
    const planned = planReceiving(outlook)
    const plan = this.#redundant.adapt(planned, outlook.offers, this.#mayRepeat)
    const offers = [...outlook.offers, ...this.#redundant.offers]
    this.#deliveries.keepOnly(plan)
    const going = [...plan].map(([producerId, { flow, layer, priority }]) =>
      this.#deliveries.wish(producerId, { state: flow ? 'flowing' : 'paused', layer, priority }, offers),
    )
    await Promise.all([...going, this.#downlink.setRoom(roomForPictures(planned, outlook))])
  }

  /** Nothing is to be spared: RED is twice a voice. */
  get #mayRepeat(): boolean {
    return this.#rule.mode === 'full' && this.#rule.maxBitrate === null
  }

  #outlook(): Outlook {
    return {
      offers: this.#options.supply.offersFor(this.#options.peerId),
      view: this.#view,
      rule: this.#rule,
      audibles: this.#audibles,
      link: this.#downlink.limit,
      rate: (producerId, layer) => {
        const producer = this.#redundant.flowing(producerId)?.producer
        return producer && this.#options.rates.of(producer, layer)
      },
      isOld: (producerId, layer) => {
        const producer = this.#redundant.flowing(producerId)?.producer
        return producer !== undefined && this.#options.rates.isOld(producer, layer)
      },
      flows: (producerId) => this.#deliveries.find(producerId)?.flows ?? false,
    }
  }
}
