/**
 * The microphones that one receiver hears in RED, because much of them is lost on the way from their publishers or to it.
 * The plain one goes on until the other carries something, and comes back before the other goes.
 */
import { hasRedundancy, redundantOf } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import type { Deliveries } from './deliveries.ts'
import type { Delivery } from './delivery.ts'
import type { Plan } from './receive-rule.ts'
import { Need } from './redundancy.ts'
import type { Offer, Supply } from './supply.ts'

/** Packets in RED, and looks after the plain one flows again, until only one of them is heard. */
const carried = 50
const backAfter = 2
/** Packets since the last look with which a share lost says something: in silence hardly any are sent. */
const telling = 10
const calm = 10

interface Voice {
  need: Need
  /** In RED: not, beside the plain one, alone, or until that is back. */
  phase: 'none' | 'beside' | 'alone' | 'leaving'
  looks: number
  /** What was said last of the plain one before it was paused: it is said until there is a newer report. */
  stale: number
  last: Map<types.Consumer, Counted>
}

interface Counted {
  packets: number
  repeated: number
  /** Of the publisher's. */
  came: number
}

export interface RedundantVoicesOptions {
  peerId: string
  rtpCapabilities: types.RtpCapabilities
  supply: Pick<Supply, 'redundant' | 'want'>
  deliveries: Deliveries
  /** Is the receiver's link full? */
  isFull: () => boolean
}

export class RedundantVoices {
  readonly #options: RedundantVoicesOptions
  readonly #isAble: boolean
  readonly #voices = new Map<string, Voice>()
  #heard: string[] = []
  #judging = false

  constructor(options: RedundantVoicesOptions) {
    this.#options = options
    this.#isAble = hasRedundancy(options.rtpCapabilities)
  }

  /** What it needs of the supply beside what is offered to everybody. */
  get offers(): Offer[] {
    return [...this.#voices.keys()].flatMap((id) => this.#options.supply.redundant(id) ?? [])
  }

  /** What flows of this microphone. */
  flowing(producerId: string): Delivery | undefined {
    const { deliveries } = this.#options
    const isAlone = this.#voices.get(producerId)?.phase === 'alone'
    return deliveries.find(isAlone ? redundantOf(producerId) : producerId)
  }

  /** This plan, with RED where it is heard. `may`: the receiver has room for it. */
  adapt(plan: Plan, offers: readonly Offer[], may: boolean): Plan {
    const { deliveries, supply } = this.#options
    this.#heard = may && this.#isAble ? microphonesOf(plan, offers) : []
    for (const id of [...this.#voices.keys()]) if (!this.#heard.includes(id)) this.#forget(id)
    const adapted: Plan = new Map(plan)
    for (const [id, voice] of this.#voices) {
      const wish = plan.get(id)
      if (!supply.redundant(id)) voice.phase = 'none'
      if (!wish || voice.phase === 'none') continue
      // it may have broken on its way, and come anew
      if (voice.phase === 'alone' && !deliveries.find(redundantOf(id))?.isReady) voice.phase = 'beside'
      if (voice.phase === 'alone') adapted.set(id, { ...wish, flow: false })
      adapted.set(redundantOf(id), wish)
    }
    return adapted
  }

  /** Once a second. @returns whether the plan is to be adapted anew */
  async judge(): Promise<boolean> {
    if (this.#judging) return false
    this.#judging = true
    const changes = await Promise.all(this.#heard.map((id) => this.#judge(id)))
    this.#judging = false
    return changes.includes(true)
  }

  close(): void {
    for (const id of [...this.#voices.keys()]) this.#forget(id)
  }

  async #judge(id: string): Promise<boolean> {
    const { deliveries } = this.#options
    const plain = deliveries.find(id)?.consumer
    const known = this.#voices.get(id)
    if (!plain || (isIdle(known) && isCalm(plain))) {
      this.#voices.delete(id)
      return false
    }
    const voice = known ?? {
      need: new Need(),
      phase: 'none',
      looks: 0,
      stale: 0,
      last: new Map(),
    }
    this.#voices.set(id, voice)
    const other = deliveries.find(redundantOf(id))?.consumer
    const [ofPlain, ofOther] = [await look(voice, plain), other && (await look(voice, other))]
    if (this.#voices.get(id) !== voice) return false
    const alone = voice.phase === 'alone'
    if (!alone && voice.stale === ofPlain.said) ofPlain.loss = 0
    const loss = Math.max(ofPlain.lossUp, alone ? (ofOther?.loss ?? 0) : ofPlain.loss)
    const isBroken = alone && ofPlain.came > 2 * telling && ofOther?.packets === 0
    if (isBroken) voice.need = new Need()
    else voice.need.judge(loss, this.#options.isFull())
    this.#tellWanted(id, voice)
    const changed = this.#proceed(id, voice, ofOther?.all ?? 0)
    if (changed && voice.phase === 'alone') voice.stale = ofPlain.said
    return changed
  }

  /** The next phase, if it is time. */
  #proceed(id: string, voice: Voice, sent: number): boolean {
    const { supply, deliveries } = this.#options
    const before = voice.phase
    voice.looks += 1
    if (voice.need.on) {
      if (before === 'leaving' || (before === 'none' && supply.redundant(id))) voice.phase = 'beside'
      if (before === 'beside' && sent >= carried) voice.phase = 'alone'
    } else if (before === 'beside' || before === 'alone') voice.phase = 'leaving'
    else if (before === 'leaving' && voice.looks > backAfter) {
      voice.phase = 'none'
      deliveries.end(redundantOf(id))
    }
    if (voice.phase !== before) voice.looks = 0
    return voice.phase !== before
  }

  #tellWanted(id: string, { need }: Voice): void {
    this.#options.supply.want(id, this.#options.peerId, need.on ? 1 : null)
  }

  #forget(id: string): void {
    this.#voices.delete(id)
    this.#options.supply.want(id, this.#options.peerId, null)
    this.#options.deliveries.end(redundantOf(id))
  }
}

const microphonesOf = (plan: Plan, offers: readonly Offer[]) =>
  offers.flatMap(({ info: { producerId, source } }) =>
    source === 'microphone' && plan.get(producerId)?.flow ? [producerId] : [],
  )
const isIdle = (voice: Voice | undefined) => !voice || (voice.phase === 'none' && !voice.need.on)
/** Nothing is lost, to the receiver or on the publisher's way. 0: nothing is known. */
const isCalm = ({ score: { score, producerScore } }: types.Consumer) =>
  score >= calm && (producerScore >= calm || producerScore === 0)

/** What was lost of one since the last look: all the way, as its receiver says or had to be sent again, and on the publisher's. */
async function look(voice: Voice, consumer: types.Consumer) {
  const stats = await limited(consumer.getStats()).catch(() => [])
  const sent = stats.find(({ type }) => type === 'outbound-rtp')
  const came = stats.find(({ type }) => type === 'inbound-rtp')
  const now: Counted = {
    packets: sent?.packetCount ?? 0,
    repeated: sent?.packetsRetransmitted ?? 0,
    came: came?.packetCount ?? 0,
  }
  const last = voice.last.get(consumer) ?? now
  voice.last.set(consumer, now)
  const packets = now.packets - last.packets
  const repeated = (now.repeated - last.repeated) / Math.max(1, packets)
  const said = (sent?.fractionLost ?? 0) / 256
  const arrived = now.came - last.came
  return {
    packets,
    said,
    all: now.packets,
    came: arrived,
    loss: packets > telling ? Math.max(said, repeated) : 0,
    lossUp: arrived > telling ? (came?.fractionLost ?? 0) / 256 : 0,
  }
}
