/** The node's rooms by id: made when a server attaches, closed when asked or when nobody needs them any more. */
import { AppError } from '@peerlearn/contract/errors'
import type { Channel } from './channel.ts'
import { mediaFull } from './host-set.ts'
import type { Links } from './links.ts'
import type { Logger } from './log.ts'
import { Room } from './room.ts'
import type { RoomSettings } from './room.ts'
import { RoomMeter } from './room-stats.ts'
import type { RoomMeasure } from './room-stats.ts'
import type { Workers } from './workers.ts'

/** Seconds that a room without peers waits for a server to come back to it. */
const unusedSeconds = 30
/** Rooms that are measured at once: their workers answer in between, and the node does other things too. */
const measuredAtOnce = 8

export interface RoomsOptions extends RoomSettings {
  maxRooms: number
}

export class Rooms {
  readonly #byId = new Map<string, Room>()
  readonly #unusedFor = new WeakMap<Room, number>()
  /** Rooms whose last server said that it needs them no more: nobody comes back to them. */
  readonly #letGo = new WeakSet<Room>()
  readonly #meters = new WeakMap<Room, RoomMeter>()
  readonly #workers: Workers
  readonly #links: Links
  readonly #options: RoomsOptions
  readonly #log: Logger
  readonly #everySecond: NodeJS.Timeout
  /** No new rooms are taken. */
  draining = false

  constructor(workers: Workers, links: Links, options: RoomsOptions, log: Logger) {
    this.#workers = workers
    this.#links = links
    this.#options = options
    this.#log = log
    this.#everySecond = setInterval(() => this.#look(), 1_000)
  }

  get size(): number {
    return this.#byId.size
  }

  get peers(): number {
    return [...this.#byId.values()].reduce((count, room) => count + room.peers.size, 0)
  }

  /** Makes the room if it is new. @throws AppError media-full */
  open(id: string): Room {
    const known = this.#byId.get(id)
    if (known) this.#letGo.delete(known)
    if (known) return known
    if (this.draining) throw mediaFull('This media node is being emptied.')
    if (this.size >= this.#options.maxRooms) throw mediaFull('This media node has as many rooms as it may.')
    const room = new Room({
      ...this.#options,
      id,
      workers: this.#workers,
      links: this.#links,
      log: this.#log,
    })
    this.#byId.set(id, room)
    this.#log.info({ roomId: id }, 'room opened')
    return room
  }

  find(id: string): Room | undefined {
    return this.#byId.get(id)
  }

  /** @throws AppError not-found: attach to it first */
  get(id: string): Room {
    const room = this.#byId.get(id)
    if (!room) throw new AppError('not-found', 'This room is not open on this node.')
    return room
  }

  /** The channel asked to hear no more of it. */
  detach(id: string, channel: Channel): void {
    const room = this.#byId.get(id)
    if (!room) return
    room.detach(channel)
    if (room.channels.size === 0) this.#letGo.add(room)
    if (room.unused) this.close(id)
  }

  /** The channel is gone: its peers begin their grace. */
  drop(channel: Channel): void {
    for (const room of this.#byId.values()) room.detach(channel)
  }

  close(id: string): void {
    this.#byId.get(id)?.close()
    if (this.#byId.delete(id)) this.#log.info({ roomId: id }, 'room closed')
  }

  /** seconds: since the last call. */
  async measure(seconds: number): Promise<RoomMeasure[]> {
    const waiting = [...this.#byId.values()]
    const measures: RoomMeasure[] = []
    const measureSome = async () => {
      for (let room = waiting.pop(); room; room = waiting.pop())
        measures.push(await this.#meterOf(room).measure(seconds))
    }
    await Promise.all(Array.from({ length: measuredAtOnce }, measureSome))
    this.#endFloods()
    return measures
  }

  closeAll(): void {
    clearInterval(this.#everySecond)
    for (const id of this.#byId.keys()) this.close(id)
  }

  #meterOf(room: Room): RoomMeter {
    const meter = this.#meters.get(room) ?? new RoomMeter(room)
    this.#meters.set(room, meter)
    return meter
  }

  #endFloods(): void {
    for (const { id: roomId, peers } of this.#byId.values())
      for (const { id: peerId, media } of peers.values())
        if (media?.endFlood()) this.#log.warn({ roomId, peerId }, 'sends far more than it may: it is cut off')
  }

  #look(): void {
    for (const room of this.#byId.values()) {
      for (const peer of room.peers.values()) peer.judge()
      room.hosts.tidy()
      const unusedFor = room.unused ? (this.#unusedFor.get(room) ?? 0) + 1 : 0
      this.#unusedFor.set(room, unusedFor)
      const waits = this.#letGo.has(room) ? 1 : unusedSeconds
      if (unusedFor >= waits) this.close(room.id)
    }
  }
}
