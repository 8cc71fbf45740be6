/**
 * Notes in the room's truth whom our servers failed and until when; attendance is counted from it. Each server speaks for
 * its own seats. Media are repaired without waiting for it, and what can't be written now is tried again.
 */
import type { Connection } from '@peerlearn/contract/media'
import { findPerson, type NewRoomEvent, type RoomEvent } from '@peerlearn/contract/room-state'
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { Decision } from './room-log.ts'
import type { Seat } from './seat.ts'

interface OutagesDeps {
  /** The seats taken on this server. */
  seats: () => Seat[]
  decide: (decision: Decision) => Promise<unknown>
  onError: (error: unknown) => void
  times?: { togetherMs: number; againMs: number }
}

/** A node takes many people with it: they are written together. */
const usual = { togetherMs: 300, againMs: 3_000 }

export class MediaOutages {
  readonly #deps: OutagesDeps
  readonly #times: NonNullable<OutagesDeps['times']>
  /** Who has no media, as the room's events say. */
  readonly #out = new Set<string>()
  /** What is to be written; the newer word of the two counts. */
  readonly #news = new Map<string, 'lost' | 'back'>()
  #writing = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #shut = false

  constructor(deps: OutagesDeps) {
    this.#deps = deps
    this.#times = { ...usual, ...deps.times }
  }

  /** Their media are gone, or their node does not answer. */
  lost(peerIds: string[]): void {
    for (const { userId, peerId } of this.#deps.seats())
      if (peerIds.includes(peerId)) this.#note(userId, 'lost')
  }

  /** Who has media again though it was not heard, perhaps on another server. */
  look(connections: Record<string, Connection>): void {
    for (const { userId, peerId } of this.#deps.seats())
      if (this.#out.has(userId) && works(connections[peerId])) this.#note(userId, 'back')
  }

  media({ name, data }: RoomHeard): void {
    if (name !== 'peer.connection' || !works(data.connection)) return
    const seat = this.#deps.seats().find(({ peerId }) => peerId === data.peerId)
    if (seat && this.#isOut(seat.userId)) this.#note(seat.userId, 'back')
  }

  event({ kind, data }: RoomEvent): void {
    if (kind === 'outage.began') for (const userId of data.userIds) this.#out.add(userId)
    if (kind === 'outage.ended') for (const userId of data.userIds) this.#out.delete(userId)
    if (kind === 'peer.joined' || kind === 'peer.removed') this.#out.delete(data.userId)
    if (kind === 'peer.left' && data.reason !== 'lost') this.#out.delete(data.userId)
    if (kind === 'room.closed') this.#out.clear()
  }

  shut(): void {
    this.#shut = true
    clearTimeout(this.#timer)
  }

  #isOut(userId: string): boolean {
    return this.#out.has(userId) || this.#writing.has(userId) || this.#news.has(userId)
  }

  #note(userId: string, news: 'lost' | 'back'): void {
    this.#news.set(userId, news)
    this.#writeIn(this.#times.togetherMs)
  }

  #writeIn(ms: number): void {
    if (!this.#shut) this.#timer ??= setTimeout(() => void this.#write(), ms)
  }

  async #write(): Promise<void> {
    const news = [...this.#news]
    this.#news.clear()
    this.#writing = new Set(news.map(([userId]) => userId))
    try {
      await this.#deps.decide((state) =>
        state.phase === 'open' ? this.#eventsOf(news.filter(([userId]) => findPerson(state, userId))) : [],
      )
      this.#timer = undefined
      if (this.#news.size > 0) this.#writeIn(this.#times.togetherMs)
    } catch (error) {
      this.#deps.onError(error)
      for (const [userId, was] of news) if (!this.#news.has(userId)) this.#news.set(userId, was)
      this.#timer = undefined
      this.#writeIn(this.#times.againMs)
    } finally {
      this.#writing.clear()
    }
  }

  /** Only what is new to the room, which was read up to now. */
  #eventsOf(news: [userId: string, 'lost' | 'back'][]): NewRoomEvent[] {
    const of = (which: 'lost' | 'back') =>
      news.flatMap(([userId, was]) =>
        was === which && this.#out.has(userId) === (which === 'back') ? [userId] : [],
      )
    const [lost, back] = [of('lost'), of('back')]
    const told = (kind: 'outage.began' | 'outage.ended', userIds: string[]): NewRoomEvent[] =>
      userIds.length > 0 ? [{ kind, actorId: null, data: { userIds } }] : []
    return [...told('outage.began', lost), ...told('outage.ended', back)]
  }
}

const works = (connection: Connection | undefined) => connection === 'connected' || connection === 'weak'
