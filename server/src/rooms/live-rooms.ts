/** The rooms that this server has open, and what keeps them true: missed events are fetched, people who are gone are noted. */
import type { Logger } from 'pino'
import { AppError } from '@peerlearn/contract/errors'
import { findLogins } from '../auth/logins.ts'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { LiveRoom } from './live-room.ts'
import { findLiveRoomSeqs, findRoomSeqs, findRoomSession } from './queries.ts'
import { findRoomNodes } from './room-node-queries.ts'
import { Rounds } from './rounds.ts'

export interface LiveRoomsOptions {
  db: Db
  bus: Bus
  pool: SfuPool
  log: Logger
  /** How long a person without media stays in the room; the node keeps a peer without a server as long. */
  graceMs?: number
  /** How often every live room is compared with its node. */
  reconcileMs?: number
}

/** How often it is looked whether the bus lost an event. */
const catchUpMs = 5_000
/** How long an empty room that somebody asked for stays open. */
const idleMs = 60_000

export class LiveRooms {
  readonly #options: Required<LiveRoomsOptions>
  readonly #rooms = new Map<string, Promise<LiveRoom>>()
  /** Live sessions with nobody in their room, by the event up to which that is known. */
  readonly #empty = new Map<string, number>()
  readonly #timers: NodeJS.Timeout[]
  readonly #stopHearing: () => void
  readonly #rounds = new Rounds((err) => this.#warn(err))
  #closed = false

  constructor(options: LiveRoomsOptions) {
    this.#options = { graceMs: 60_000, reconcileMs: 20_000, ...options }
    const catchUp = () => this.catchUp()
    const reconcile = () => this.reconcile()
    this.#timers = [
      setInterval(() => this.#rounds.ask(catchUp), catchUpMs),
      setInterval(() => this.#rounds.ask(reconcile), this.#options.reconcileMs),
    ]
    this.#stopHearing = options.bus.onBack(() => this.#rounds.ask(catchUp))
    // A server that starts in a class takes it up at once, before its people come back.
    this.#rounds.ask(reconcile)
  }

  /** The room, with all its events. @throws AppError `not-found` */
  async open(sessionId: string): Promise<LiveRoom> {
    const room = await (this.#rooms.get(sessionId) ?? this.#load(sessionId))
    return room.use()
  }

  /** Fetches what the bus lost. */
  async catchUp(): Promise<void> {
    const ids = [...this.#rooms.keys()]
    const [seqs, nodes] = await Promise.all([
      findRoomSeqs(this.#options.db, ids),
      findRoomNodes(this.#options.db, ids),
    ])
    for (const room of (await this.#all()).filter(({ session }) => ids.includes(session.id))) {
      if ((seqs.get(room.session.id) ?? 0) > room.state.seq)
        await room.events.catchUp().catch((err: unknown) => this.#warn(err))
      room.nodes.take(nodes.get(room.session.id) ?? [])
    }
  }

  /** Compares every live room with its node, and lets go of those that nobody needs. */
  async reconcile(): Promise<void> {
    const live = await findLiveRoomSeqs(this.#options.db)
    for (const sessionId of this.#empty.keys()) if (!live.has(sessionId)) this.#empty.delete(sessionId)
    for (const [sessionId, seq] of live)
      if (!this.#rooms.has(sessionId) && this.#empty.get(sessionId) !== seq)
        await this.#load(sessionId).catch((err: unknown) => this.#warn(err))
    for (const room of await this.#all()) {
      await room.reconcile().catch((err: unknown) => this.#warn(err))
      if (room.idleSince(Date.now() - idleMs)) this.#letGo(room)
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const timer of this.#timers) clearInterval(timer)
    this.#stopHearing()
    await this.#rounds.close()
    for (const room of await this.#all()) room.shut()
    this.#rooms.clear()
  }

  #load(sessionId: string): Promise<LiveRoom> {
    const loading = this.#loadNow(sessionId)
    this.#rooms.set(sessionId, loading)
    loading.catch(() => this.#rooms.delete(sessionId))
    return loading
  }

  async #loadNow(sessionId: string): Promise<LiveRoom> {
    const session = await findRoomSession(this.#options.db, sessionId)
    if (!session) throw new AppError('not-found', 'There is no such session.')
    const isSignedIn = async (loginId: string) => (await findLogins(this.#options.db, [loginId])).has(loginId)
    const room = new LiveRoom({ ...this.#options, session, isSignedIn })
    await Promise.all([room.events.catchUp(), room.nodes.refresh()]).catch((error: unknown) => {
      room.shut()
      throw error
    })
    return room
  }

  #letGo(room: LiveRoom): void {
    const { id } = room.session
    this.#rooms.delete(id)
    this.#empty.set(id, room.state.seq)
    room.shut()
  }

  async #all(): Promise<LiveRoom[]> {
    const rooms = await Promise.allSettled(this.#rooms.values())
    return rooms.flatMap((room) => (room.status === 'fulfilled' ? [room.value] : []))
  }

  #warn(err: unknown): void {
    this.#options.log.warn({ err }, 'live rooms could not be kept up; it will be tried again')
  }
}
