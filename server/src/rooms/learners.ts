/** Everybody who is in a room on this server: their figures come from the nodes every two seconds. */
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { LiveRoom } from './live-room.ts'
import { RoomLearners, type NodePeer, type StatsByPeer } from './room-learners.ts'

export interface LearnersOptions {
  db: Db
  bus: Bus
  pool: Pick<SfuPool, 'nodes'>
  log: Logger
  everyMs?: number
  /** How often what people used is written. */
  saveMs?: number
}

export class Learners {
  readonly #options: LearnersOptions
  readonly #rooms = new Map<LiveRoom, RoomLearners>()
  readonly #timers: NodeJS.Timeout[]
  /** Rooms that were shut, until they are written. */
  readonly #closing = new Set<Promise<void>>()

  constructor(options: LearnersOptions) {
    this.#options = options
    this.#timers = [
      setInterval(() => this.#tick(), options.everyMs ?? 2_000),
      setInterval(() => this.#save(), options.saveMs ?? 10_000),
    ]
  }

  of(room: LiveRoom): RoomLearners {
    const known = this.#rooms.get(room)
    if (known) return known
    const { db, bus } = this.#options
    const learners = new RoomLearners({
      room,
      db,
      bus,
      statsOf: () => this.#stats(),
      onError: this.#onError,
    })
    this.#rooms.set(room, learners)
    room.follow({ shut: () => this.#letGo(room, learners) })
    return learners
  }

  /** After the rooms are shut: what they used is written. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    for (const [room, learners] of this.#rooms) this.#letGo(room, learners)
    await Promise.all(this.#closing)
  }

  readonly #onError = (err: unknown) =>
    this.#options.log.warn({ err }, 'what people use could not be kept; it will be tried again')

  #letGo(room: LiveRoom, learners: RoomLearners): void {
    this.#rooms.delete(room)
    const closing = learners.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  #tick(): void {
    if (this.#rooms.size === 0) return
    const stats = this.#stats()
    const now = Date.now()
    for (const learners of this.#rooms.values()) learners.tick(stats, now)
  }

  #save(): void {
    for (const learners of this.#rooms.values()) learners.save().catch(this.#onError)
  }

  #stats(): StatsByPeer {
    const found = new Map<string, NodePeer[]>()
    for (const { nodeId, stats } of this.#options.pool.nodes)
      for (const peer of stats?.peers ?? []) {
        const known = found.get(peer.peerId)
        if (known) known.push({ ...peer, nodeId })
        else found.set(peer.peerId, [{ ...peer, nodeId }])
      }
    return found
  }
}
