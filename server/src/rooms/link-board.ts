/** The mentor's view of everybody's link. What clients report goes over the bus to the server that has the mentor. */
import { randomUUID } from 'node:crypto'
import type { LearnerLink } from '@peerlearn/contract/links'
import { receiveMode, way } from '@peerlearn/contract/media'
import type { PeerStats } from '@peerlearn/contract/node-stats'
import { z } from 'zod'
import type { Bus } from '../bus.ts'
import { judgeLink, LinkTrend, type LinkReport } from './links.ts'
import type { LiveRoom } from './live-room.ts'

const number = z.number().nullable()
const report = z.strictObject({ way: way.nullable(), rttMs: number, lossDown: number, concealed: number })
const message = z.discriminatedUnion('kind', [
  /** A server has come to the room: say again what you know. */
  z.strictObject({ kind: z.literal('ask') }),
  z.strictObject({
    kind: z.literal('link'),
    /** The server that the person's socket came to last. */
    from: z.uuid(),
    userId: z.uuid(),
    mode: receiveMode,
    report: report.nullable(),
  }),
])
type Known = Omit<Extract<z.infer<typeof message>, { kind: 'link' }>, 'kind' | 'from' | 'userId'>

/** A report that is older says nothing of now. */
const freshMs = 20_000

export class LinkBoard {
  readonly #room: LiveRoom
  readonly #bus: Bus
  readonly #channel: string
  readonly #stop: () => void
  /** Of everybody, by what their servers told. */
  readonly #known = new Map<string, Known & { at: number }>()
  readonly #id = randomUUID()
  /** Of the people of this server. */
  readonly #own = new Map<string, Known>()
  readonly #elsewhere = new Set<string>()
  readonly #trends = new Map<string, LinkTrend>()

  constructor(room: LiveRoom, bus: Bus) {
    this.#room = room
    this.#bus = bus
    this.#channel = `links:${room.session.id}`
    this.#stop = bus.subscribe(this.#channel, (heard) => this.#hear(heard))
    this.#bus.publish(this.#channel, { kind: 'ask' })
    room.follow({
      event: ({ kind, data }) => {
        if (kind === 'peer.left' || kind === 'peer.removed') this.forget(data.userId)
      },
    })
  }

  /** Of a person on this server; without a report the last one stays. */
  tell(userId: string, { mode, report }: { mode: Known['mode']; report?: LinkReport }): void {
    const known = { mode, report: report ?? this.#own.get(userId)?.report ?? null }
    this.#own.set(userId, known)
    this.#elsewhere.delete(userId)
    this.#publish(userId, known)
  }

  /** Another server has heard of this person since: a socket of theirs that is still open here is a dead one. */
  isElsewhere(userId: string): boolean {
    return this.#elsewhere.has(userId)
  }

  forget(userId: string): void {
    this.#known.delete(userId)
    this.#own.delete(userId)
    this.#elsewhere.delete(userId)
    this.#trends.delete(userId)
  }

  /** Everybody's, as they are now. */
  look(stats: ReadonlyMap<string, PeerStats>, now: number): LearnerLink[] {
    const connections = this.#room.media.connections()
    const learners = this.#room.state.people.filter((p) => p.userId !== this.#room.session.mentorId)
    return learners.map(({ userId, peerId }) => {
      const known = this.#known.get(userId)
      return judgeLink({
        userId,
        mode: known?.mode ?? 'full',
        connection: connections[peerId],
        stats: stats.get(peerId),
        report: known?.report && now - known.at < freshMs ? known.report : undefined,
      })
    })
  }

  /** Of all links, those that the mentor must be told. */
  changes(stats: ReadonlyMap<string, PeerStats>, now: number): LearnerLink[] {
    return this.look(stats, now).flatMap((link) => {
      const trend = this.#trends.get(link.userId) ?? new LinkTrend()
      this.#trends.set(link.userId, trend)
      return trend.look(link) ?? []
    })
  }

  close(): void {
    this.#stop()
  }

  #publish(userId: string, known: Known): void {
    this.#bus.publish(this.#channel, { kind: 'link', from: this.#id, userId, ...known })
  }

  #hear(heard: unknown): void {
    const told = message.safeParse(heard)
    if (!told.success) return
    if (told.data.kind === 'link') {
      const { from, userId, mode, report } = told.data
      if (from !== this.#id) {
        this.#own.delete(userId)
        this.#elsewhere.add(userId)
      }
      this.#known.set(userId, { mode, report, at: Date.now() })
    } else {
      for (const [userId, known] of this.#own) this.#publish(userId, known)
    }
  }
}
