/** A room's media as this server sees them, on however many nodes the room is: each peer is asked where it is. */
import type {
  Connection,
  ConsumerInfo,
  ProducerInfo,
  RtpCapabilities,
  VideoCodec,
} from '@peerlearn/contract/media'
import { AppError } from '@peerlearn/contract/errors'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import type { RoomHeard, SfuNode } from '../sfu/sfu-client.ts'
import { mediaUnavailable, type SfuInput, type SfuOutput } from '../sfu/requests.ts'
import { bestConnection, mergeCodecs, mergeSpeakers } from './media-merge.ts'
import { NodeRoom } from './node-room.ts'

/** The requests about one peer, without the ids that this server fills in. */
export type PeerMethod = Exclude<SfuMethod, `${'room' | 'node' | 'pipe'}.${string}`>
export type Asked<M extends PeerMethod> = Omit<SfuInput<M>, 'roomId' | 'peerId'>

type Speakers = Parameters<typeof mergeSpeakers>[0] extends Iterable<infer S> ? S : never

/** What a peer that is on two nodes while it moves wants on both. */
const onBoth: readonly PeerMethod[] = ['consumer.resume', 'view.set', 'receive.set', 'peer.limit']

export class RoomMedia {
  readonly #roomId: string
  readonly #hear: (heard: RoomHeard, from: NodeRoom) => void
  readonly #rooms = new Map<string, NodeRoom>()
  /** Where a peer was created last. */
  readonly #newest = new Map<string, NodeRoom>()
  /** Somebody joined at another server, and no node has spoken of the peer yet. */
  readonly #expected = new Set<string>()
  readonly #speakers = new Map<NodeRoom, Speakers>()
  readonly #connections = new Map<string, Connection>()
  #codecs = ''

  constructor(roomId: string, hear: (heard: RoomHeard, from: NodeRoom) => void) {
    this.#roomId = roomId
    this.#hear = hear
  }

  get nodes(): NodeRoom[] {
    return [...this.#rooms.values()]
  }

  get nodeUp(): boolean {
    return this.nodes.some((room) => room.up)
  }

  find(nodeId: string): NodeRoom | undefined {
    return this.#rooms.get(nodeId)
  }

  /** The room comes to this node, or is there already. */
  open(node: SfuNode): NodeRoom {
    const known = this.#rooms.get(node.nodeId)
    if (known) return known
    const room: NodeRoom = new NodeRoom(this.#roomId, node, (heard) => this.#take(room, heard))
    this.#rooms.set(node.nodeId, room)
    return room
  }

  /** The room is on this node no more. @returns the peers that are nowhere now */
  drop(room: NodeRoom): string[] {
    if (!this.#rooms.delete(room.nodeId)) return []
    const peerIds = [...room.peers.keys()]
    for (const change of room.lost()) this.#take(room, change)
    room.close()
    this.#setSpeakers(room, undefined)
    for (const peerId of peerIds) this.#gone(peerId, room)
    const lost = peerIds.filter((peerId) => !this.has(peerId))
    for (const peerId of lost) this.#tellReconnecting(peerId, room)
    this.#tellCodecs(room)
    return lost
  }

  /** What the room's nodes can receive; attaches one that is there. @throws AppError `media-unavailable` */
  async capabilities(): Promise<RtpCapabilities> {
    let refused = mediaUnavailable()
    for (const room of this.nodes.filter(({ up }) => up))
      try {
        return await room.capabilities()
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        refused = error
      }
    throw refused
  }

  /** Asks all nodes for the room as it is. @throws AppError when one of those that are up does not answer */
  async attach(): Promise<void> {
    this.#expected.clear()
    await Promise.all(this.nodes.filter((room) => room.up).map((room) => room.attach()))
  }

  /** The nodes that have this peer, the newest first: two while it moves. */
  holders(peerId: string): NodeRoom[] {
    const newest = this.#newest.get(peerId)
    const rank = (room: NodeRoom) => (room === newest ? 0 : room.node.info?.draining ? 2 : 1)
    return this.nodes.filter((room) => room.has(peerId)).sort((a, b) => rank(a) - rank(b))
  }

  /** Asks the node that the peer is on; while it is on two, the newer, and the older what is its alone. @throws AppError */
  async ask<M extends PeerMethod>(peerId: string, method: M, data: Asked<M>): Promise<SfuOutput<M>> {
    const [newest = this.nodes.find(({ up }) => up) ?? this.nodes[0], older] = this.holders(peerId)
    if (!newest) throw mediaUnavailable()
    if (older && onBoth.includes(method)) older.ask(peerId, method, data).catch(() => undefined)
    const answer = newest.ask(peerId, method, data)
    if (!older) return answer
    return answer.catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === 'not-found')) throw error
      return older.ask(peerId, method, data)
    })
  }

  /** Speaks for this peer from now on, wherever it is. @throws AppError when no node that may have it answers */
  async resume(peerId: string): Promise<{ found: boolean; consumers: ConsumerInfo[] }> {
    const holders = this.holders(peerId)
    const asked = holders.length > 0 ? holders : this.nodes.filter((room) => room.up)
    const answers = await Promise.allSettled(asked.map((room) => room.ask(peerId, 'peer.resume', {})))
    const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const found = given.filter((answer) => answer.found)
    // A node that did not answer may have it still.
    if (found.length === 0 && given.length < Math.max(1, asked.length)) throw mediaUnavailable()
    return { found: found.length > 0, consumers: found.flatMap(({ consumers }) => consumers) }
  }

  /** Asks every node that may have the peer; those that are away know by themselves. */
  askAll(peerId: string, method: 'peer.close' | 'peer.release', rooms = this.holders(peerId)): void {
    const asked = rooms.length > 0 ? rooms : this.nodes
    for (const room of asked) if (room.up) room.ask(peerId, method, {}).catch(() => undefined)
  }

  async closeRoom(): Promise<void> {
    this.#newest.clear()
    await Promise.all(this.nodes.filter((room) => room.up).map((room) => room.closeRoom()))
  }

  has(peerId: string): boolean {
    return this.#expected.has(peerId) || this.nodes.some((room) => room.has(peerId))
  }

  peerIds(): string[] {
    return [...new Set([...this.#expected, ...this.nodes.flatMap((room) => [...room.peers.keys()])])]
  }

  producers(): ProducerInfo[] {
    return this.nodes.flatMap((room) => room.producers())
  }

  producersOf(peerId: string): ProducerInfo[] {
    return this.holders(peerId).flatMap((room) => [...(room.peers.get(peerId)?.producers.values() ?? [])])
  }

  connections(): Record<string, Connection> {
    return Object.fromEntries(
      this.peerIds().map((peerId) => [peerId, this.#connectionOf(peerId) ?? 'connecting']),
    )
  }

  /** What everybody present can decode, best first. */
  codecs(): VideoCodec[] {
    return mergeCodecs(this.nodes.flatMap(({ codecs }) => (codecs ? [codecs] : [])))
  }

  /** A peer that this server has just created there. */
  add(peerId: string, room: NodeRoom): void {
    this.#newest.set(peerId, room)
    room.add(peerId)
  }

  /** A peer that another server has created; which node it is on will be told. */
  expect(peerId: string): void {
    if (!this.has(peerId)) this.#expected.add(peerId)
  }

  /** The peer is no more, or no more on these nodes. */
  forget(peerId: string, rooms?: NodeRoom[]): void {
    if (!rooms) this.#expected.delete(peerId)
    for (const room of rooms ?? this.nodes) {
      room.forget(peerId)
      this.#gone(peerId, room)
    }
  }

  /** The nodes tell nothing more of this room; the peers stay as they are. */
  close(): void {
    for (const room of this.nodes) room.close()
  }

  #connectionOf(peerId: string): Connection | undefined {
    return bestConnection(this.nodes.flatMap(({ peers }) => peers.get(peerId)?.connection ?? []))
  }

  #gone(peerId: string, room: NodeRoom): void {
    if (this.#newest.get(peerId) === room) this.#newest.delete(peerId)
    if (!this.has(peerId)) this.#connections.delete(peerId)
  }

  #take(from: NodeRoom, heard: RoomHeard): void {
    const { name, data } = heard
    if (name === 'loudest.changed') return // between nodes
    if (name === 'speakers.changed') return this.#setSpeakers(from, data.speakers)
    if (name === 'codecs.changed') return this.#tellCodecs(from)
    if (name === 'peer.connection') return this.#tellConnection(data.peerId, from)
    if (name === 'peer.closed') this.#gone(data.peerId, from)
    if (name === 'peer.closed' && this.has(data.peerId)) return this.#tellConnection(data.peerId, from)
    if (name === 'room.lost') return this.#onLost(data.peerIds, from)
    if (name === 'producer.opened') this.#expected.delete(data.producer.peerId)
    this.#hear(heard, from)
  }

  /** A worker died there. Who is on another node meanwhile has lost nothing. */
  #onLost(peerIds: string[], from: NodeRoom): void {
    this.#setSpeakers(from, undefined)
    for (const peerId of peerIds) this.#gone(peerId, from)
    const lost = peerIds.filter((peerId) => !this.has(peerId))
    this.#hear({ name: 'room.lost', data: { roomId: this.#roomId, peerIds: lost } }, from)
  }

  #tellConnection(peerId: string, from: NodeRoom): void {
    this.#expected.delete(peerId)
    const connection = this.#connectionOf(peerId)
    if (!connection) return
    const onTwo = this.holders(peerId).length > 1
    if (onTwo && this.#connections.get(peerId) === connection) return
    this.#connections.set(peerId, connection)
    this.#hear({ name: 'peer.connection', data: { roomId: this.#roomId, peerId, connection } }, from)
  }

  #tellReconnecting(peerId: string, from: NodeRoom): void {
    const data = { roomId: this.#roomId, peerId, connection: 'reconnecting' as const }
    this.#hear({ name: 'peer.connection', data }, from)
  }

  #setSpeakers(from: NodeRoom, speakers: Speakers | undefined): void {
    if (speakers) this.#speakers.set(from, speakers)
    else if (!this.#speakers.delete(from)) return
    const merged = mergeSpeakers(this.#speakers.values())
    this.#hear({ name: 'speakers.changed', data: { roomId: this.#roomId, speakers: merged } }, from)
  }

  #tellCodecs(from: NodeRoom): void {
    const codecs = this.codecs()
    const told = JSON.stringify(codecs)
    if (told === this.#codecs) return
    this.#codecs = told
    this.#hear({ name: 'codecs.changed', data: { roomId: this.#roomId, codecs } }, from)
  }
}
