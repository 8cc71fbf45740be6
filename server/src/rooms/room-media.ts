/** A room on its media node, as this server sees it: its peers, what they send, and how their media are. */
import type { Connection, ProducerInfo, RtpCapabilities } from '@peerlearn/contract/media'
import type { PeerInfo, SfuMethod } from '@peerlearn/contract/sfu'
import type { RoomHeard, SfuNode } from '../sfu/sfu-client.ts'
import type { SfuInput, SfuOutput } from '../sfu/requests.ts'
import { changesBetween } from './media-changes.ts'
import { newPeer, note, type PeerMedia, type Peers } from './media-picture.ts'

/** The requests about one peer, without the ids that this server fills in. */
export type PeerMethod = Exclude<SfuMethod, `room.${string}`>
export type Asked<M extends PeerMethod> = Omit<SfuInput<M>, 'roomId' | 'peerId'>

export class RoomMedia {
  readonly #roomId: string
  readonly #node: SfuNode
  readonly #hear: (heard: RoomHeard) => void
  readonly #stops: (() => void)[]
  #peers: Peers = new Map()
  #attached: Promise<RtpCapabilities> | undefined
  #attaching: Promise<RtpCapabilities> | undefined
  /** Told while an attachment is under way: newer than its answer, or already in it; both do when told again. */
  #early: RoomHeard[] | undefined

  constructor(roomId: string, node: SfuNode, hear: (heard: RoomHeard) => void) {
    this.#roomId = roomId
    this.#node = node
    this.#hear = hear
    this.#stops = [
      node.onRoom(roomId, (heard) => (this.#early ? void this.#early.push(heard) : this.#take(heard))),
      node.onDown(() => (this.#attached = undefined)),
    ]
  }

  get nodeUp(): boolean {
    return this.#node.up
  }

  /** What the room's node can receive; attaches the room if it is not. */
  capabilities(): Promise<RtpCapabilities> {
    this.#attached ??= this.attach()
    return this.#attached
  }

  /** Asks the node for the room as it is, and to be told of it from now on. */
  attach(): Promise<RtpCapabilities> {
    // One at a time: the notices that come meanwhile belong to one answer.
    this.#attaching ??= this.#attachNow().finally(() => (this.#attaching = undefined))
    const attaching = this.#attaching
    this.#attached = attaching
    attaching.catch(() => {
      if (this.#attached === attaching) this.#attached = undefined
    })
    return attaching
  }

  /** The node made the room anew: it must be attached again. */
  detached(): void {
    this.#attached = undefined
  }

  /** Asks the node something about one peer. @throws AppError */
  async ask<M extends PeerMethod>(peerId: string, method: M, data: Asked<M>): Promise<SfuOutput<M>> {
    const input = { ...data, roomId: this.#roomId, peerId } as SfuInput<M> // Omit and spread lose the mapping
    return this.#node.request(method, input)
  }

  async closeRoom(): Promise<void> {
    await this.#node.request('room.close', { roomId: this.#roomId })
    this.#peers.clear()
  }

  has(peerId: string): boolean {
    return this.#peers.has(peerId)
  }

  peerIds(): string[] {
    return [...this.#peers.keys()]
  }

  producers(): ProducerInfo[] {
    return [...this.#peers.values()].flatMap(({ producers }) => [...producers.values()])
  }

  producersOf(peerId: string): ProducerInfo[] {
    return [...(this.#peers.get(peerId)?.producers.values() ?? [])]
  }

  connections(): Record<string, Connection> {
    return Object.fromEntries([...this.#peers].map(([peerId, { connection }]) => [peerId, connection]))
  }

  /** A peer that this server has just created. */
  add(peerId: string): void {
    this.#peers.set(peerId, newPeer())
  }

  forget(peerId: string): void {
    this.#peers.delete(peerId)
  }

  /** The node tells nothing more of this room; the peers stay as they are. */
  close(): void {
    for (const stop of this.#stops) stop()
    if (this.#node.up) this.#node.request('room.detach', { roomId: this.#roomId }).catch(() => undefined)
  }

  async #attachNow(): Promise<RtpCapabilities> {
    const early: RoomHeard[] = (this.#early = [])
    try {
      const { rtpCapabilities, peers } = await this.#node.request('room.attach', { roomId: this.#roomId })
      const before = this.#peers
      this.#peers = new Map(peers.map((peer) => [peer.peerId, toPeerMedia(peer)]))
      for (const change of changesBetween(this.#roomId, before, this.#peers)) this.#hear(change)
      return rtpCapabilities
    } finally {
      this.#early = undefined
      for (const heard of early) this.#take(heard)
    }
  }

  #take(heard: RoomHeard): void {
    note(this.#peers, heard)
    this.#hear(heard)
  }
}

const toPeerMedia = ({ connection, producers }: PeerInfo): PeerMedia => ({
  connection,
  producers: new Map(producers.map((producer) => [producer.producerId, producer])),
})
