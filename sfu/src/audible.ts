/** Which microphones of a room are sent, and who speaks. One a room, over all its hosts and nodes. */
import {
  audibleFrom,
  chooseNear,
  chooseSent,
  chooseVoices,
  isSpeaking,
  loudnessAt,
  openOf,
  sentToAll,
  silence,
  usualLoudest,
} from './audible-rule.ts'
import type { Heard } from './audible-rule.ts'
import type { NoticeData } from './channel.ts'
import { sameSpeakers } from './speakers.ts'

/** Handed to every Receiver as it is. */
export interface Audibles {
  /** Microphones that are sent now. */
  readonly sent: ReadonlySet<string> | 'all'
  /** Microphones of which a consumer is kept, paused unless sent: their turn may come at any time. */
  readonly near: ReadonlySet<string> | 'all'
  /** For those who hear one at a time: the mentor when they speak, then the loudest. */
  readonly voices: readonly string[]
}
export const everybody: Audibles = { sent: 'all', near: 'all', voices: [] }

export interface Microphone {
  producerId: string
  peerId: string
  mentor: boolean
  paused: boolean
  /** Of a peer of this node. */
  own: boolean
}

type Loudest = NoticeData<'loudest.changed'>['producers']

export interface AudibleListener {
  changed(audibles: Audibles): void
  speakers(speakers: NoticeData<'speakers.changed'>['speakers']): void
  /** This node's own loudest, while many are open or the room is on other nodes too (`setLinked`). */
  loudest(producers: Loudest): void
  /** Whether levels are needed within 60 ms: for `setFast` of the Loudness of every host, also of later ones. */
  fast(on: boolean): void
}

/** Milliseconds between two looks; speakers are told at every fourth at most. */
const interval = 100
/** Between two in which somebody who waits is compared: there may be many of them, and a packet comes every 20 ms. */
const waitingEvery = 40
const speakersEvery = 400
const maxSpeakers = 5

export class Audible {
  readonly #listener: AudibleListener
  readonly #sentLoudest: number
  readonly #microphones = new Map<string, Heard>()
  readonly #listeningClosely = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #audibles = everybody
  #isFast = false
  #isLinked = false
  #speakers: NoticeData<'speakers.changed'>['speakers'] = []
  #loudest: Loudest = []
  #speakersAt = 0
  #consideredAt = 0
  /** Since when all that are open can be sent. */
  #fewSince = Infinity
  #loudestAt = 0

  /** sentLoudest: how many are sent beside the mentor's, when many are open. */
  constructor(listener: AudibleListener, sentLoudest = usualLoudest) {
    this.#listener = listener
    this.#sentLoudest = sentLoudest
  }

  get audibles(): Audibles {
    return this.#audibles
  }

  get isFast(): boolean {
    return this.#isFast
  }

  add(microphone: Microphone): void {
    const now = performance.now()
    const heard = { loudness: silence, at: now, heardAt: now, sentSince: now }
    this.#microphones.set(microphone.producerId, { ...microphone, ...heard })
    this.#timer ??= setInterval(() => this.#look(performance.now()), interval)
    this.#consider(now)
  }

  remove(producerId: string): void {
    if (!this.#microphones.delete(producerId)) return
    const now = performance.now()
    this.#consider(now)
    if (this.#microphones.size > 0) return
    // Nobody looks again: that it is silent is told now.
    this.#tellSpeakers(now)
    this.#tellLoudest(now)
    this.#stop()
  }

  setPaused(producerId: string, paused: boolean): void {
    const heard = this.#microphones.get(producerId)
    if (!heard || heard.paused === paused) return
    heard.paused = paused
    heard.loudness = silence
    // whoever opens their microphone is about to speak
    if (!paused) heard.heardAt = performance.now()
    this.#consider(performance.now())
  }

  /** A level in dBov (-127 … 0): of an own one by Loudness, of others by the `loudest.changed` of their node. */
  level(producerId: string, dBov: number): void {
    const heard = this.#microphones.get(producerId)
    if (!heard || heard.paused) return
    const now = performance.now()
    if (dBov > loudnessAt(heard, now)) Object.assign(heard, { loudness: dBov, at: now })
    if (dBov < audibleFrom) return
    const begins = !isSpeaking(heard, now)
    heard.heardAt = now
    const { sent } = this.#audibles
    const waits = sent !== 'all' && !sent.has(producerId) && now - this.#consideredAt >= waitingEvery
    if (begins || waits) this.#consider(now)
  }

  /** The room has peers on other nodes. */
  setLinked(linked: boolean): void {
    this.#isLinked = linked
  }

  /** A peer in mode `voice` hears one at a time, so that who speaks must be known fast; false: no more, or it has gone. */
  listenClosely(peerId: string, on: boolean): void {
    if (on) this.#listeningClosely.add(peerId)
    else this.#listeningClosely.delete(peerId)
    this.#consider(performance.now())
  }

  close(): void {
    this.#stop()
    this.#microphones.clear()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(now: number): void {
    this.#consider(now)
    if (now - this.#speakersAt >= speakersEvery - interval / 2) this.#tellSpeakers(now)
    this.#tellLoudest(now)
  }

  #consider(now: number): void {
    this.#consideredAt = now
    const all = [...this.#microphones.values()]
    const { sent: before, near: nearBefore, voices: voicesBefore } = this.#audibles
    this.#fewSince = openOf(all).length > sentToAll ? Infinity : Math.min(this.#fewSince, now)
    const sent = kept(before, chooseSent(all, before, now, this.#fewSince, this.#sentLoudest))
    const near = kept(nearBefore, chooseNear(all, sent, nearBefore))
    const chosen = chooseVoices(all, voicesBefore, now)
    const voices = chosen.join() === voicesBefore.join() ? voicesBefore : chosen
    this.#setFast(sent !== 'all' || (this.#listeningClosely.size > 0 && all.length > 1))
    if (sent === before && near === nearBefore && voices === voicesBefore) return
    for (const one of all) if (isNew(one, before, sent)) one.sentSince = now
    this.#audibles = { sent, near, voices }
    this.#listener.changed(this.#audibles)
  }

  #setFast(on: boolean): void {
    if (this.#isFast === on) return
    this.#isFast = on
    this.#listener.fast(on)
  }

  #tellSpeakers(now: number): void {
    const speakers = this.#speaking(now, maxSpeakers).map(({ peerId, volume }) => ({ peerId, volume }))
    if (sameSpeakers(this.#speakers, speakers)) return
    this.#speakers = speakers
    this.#speakersAt = now
    this.#listener.speakers(speakers)
  }

  /** At once when somebody begins or ends; while they speak, as often as speakers are told. */
  #tellLoudest(now: number): void {
    const isNeeded = this.#isLinked || openOf([...this.#microphones.values()]).length > sentToAll
    const most = Math.max(maxSpeakers, this.#sentLoudest + 1)
    const own = isNeeded ? this.#speaking(now, most).filter((one) => one.own) : []
    const loudest = own.map(({ producerId, volume }) => ({ producerId, volume }))
    const isOther = idsOf(loudest) !== idsOf(this.#loudest)
    const isStale = loudest.length > 0 && now - this.#loudestAt >= speakersEvery
    if (!isOther && !isStale) return
    this.#loudest = loudest
    this.#loudestAt = now
    this.#listener.loudest(loudest)
  }

  /** Loudest first, one of each peer. */
  #speaking(now: number, most: number): (Heard & { volume: number })[] {
    const peers = new Set<string>()
    return [...this.#microphones.values()]
      .filter((one) => isSpeaking(one, now))
      .map((one) => ({ ...one, volume: Math.round(loudnessAt(one, now)) }))
      .sort((a, b) => b.volume - a.volume)
      .filter(({ peerId }) => !peers.has(peerId) && peers.add(peerId))
      .slice(0, most)
  }
}

const idsOf = (loudest: Loudest) =>
  loudest
    .map(({ producerId }) => producerId)
    .sort()
    .join()

const isNew = ({ producerId }: Heard, before: Audibles['sent'], sent: Audibles['sent']) =>
  sent !== 'all' && sent.has(producerId) && (before === 'all' || !before.has(producerId))

/** The same object while it says the same: receivers compare by identity. */
function kept(before: ReadonlySet<string> | 'all', now: ReadonlySet<string> | 'all') {
  if (before === 'all' || now === 'all') return now
  return before.size === now.size && [...now].every((id) => before.has(id)) ? before : now
}
