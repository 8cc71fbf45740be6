/** The node's rooms by id: made when a server attaches, closed when asked or when nobody needs them any more. */
import { AppError } from '@peerlearn/contract/errors'
import type { RoomStats } from '@peerlearn/contract/sfu'
import type { Channel } from './channel.ts'
import type { Logger } from './log.ts'
import { Room } from './room.ts'
import type { Workers } from './workers.ts'

/** Seconds that a room without peers waits for a server to come back to it. */
const unusedSeconds = 30

export class Rooms {
  readonly #byId = new Map<string, Room>()
  readonly #unusedFor = new WeakMap<Room, number>()
  readonly #workers: Workers
  readonly #graceSeconds: number
  readonly #log: Logger
  readonly #everySecond: NodeJS.Timeout

  constructor(workers: Workers, graceSeconds: number, log: Logger) {
    this.#workers = workers
    this.#graceSeconds = graceSeconds
    this.#log = log
    this.#everySecond = setInterval(() => this.#look(), 1_000)
  }

  get size(): number {
    return this.#byId.size
  }

  /** Makes the room if it is new. */
  open(id: string): Room {
    const known = this.#byId.get(id)
    if (known) return known
    const room = new Room({
      id,
      workers: this.#workers,
      graceSeconds: this.#graceSeconds,
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
    room?.detach(channel)
    if (room?.unused) this.close(id)
  }

  /** The channel is gone: its peers begin their grace. */
  drop(channel: Channel): void {
    for (const room of this.#byId.values()) room.detach(channel)
  }

  close(id: string): void {
    this.#byId.get(id)?.close()
    if (this.#byId.delete(id)) this.#log.info({ roomId: id }, 'room closed')
  }

  /** Bits a second, over the time since the last call. */
  async stats(seconds: number): Promise<RoomStats[]> {
    return await Promise.all([...this.#byId.values()].map((room) => statsOf(room, seconds)))
  }

  closeAll(): void {
    clearInterval(this.#everySecond)
    for (const id of this.#byId.keys()) this.close(id)
  }

  #look(): void {
    for (const room of this.#byId.values()) {
      for (const peer of room.peers.values()) peer.judge()
      const unusedFor = room.unused ? (this.#unusedFor.get(room) ?? 0) + 1 : 0
      this.#unusedFor.set(room, unusedFor)
      if (unusedFor >= unusedSeconds) this.close(room.id)
    }
  }
}

async function statsOf(room: Room, seconds: number): Promise<RoomStats> {
  const peers = [...room.peers.values()]
  const traffic = await Promise.all(peers.map((peer) => peer.traffic()))
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
  return {
    roomId: room.id,
    peers: peers.length,
    producers: sum(peers.map((peer) => peer.producers.length)),
    consumers: sum(peers.map((peer) => peer.consumers.length)),
    bitsIn: Math.round(sum(traffic.map(({ bitsIn }) => bitsIn)) / seconds),
    bitsOut: Math.round(sum(traffic.map(({ bitsOut }) => bitsOut)) / seconds),
  }
}
