/** A room on one media node, as this server sees it: its peers there, what they send, and how their media are. */
import type { ProducerInfo, RtpCapabilities, VideoCodec } from '@peerlearn/contract/media'
import type { PeerInfo } from '@peerlearn/contract/sfu'
import { Callbacks } from '../sfu/callbacks.ts'
import type { RoomHeard, SfuNode } from '../sfu/sfu-client.ts'
import type { SfuInput, SfuOutput } from '../sfu/requests.ts'
import { changesBetween } from './media-changes.ts'
import { newPeer, note, type PeerMedia, type Peers } from './media-picture.ts'
import type { Asked, PeerMethod } from './room-media.ts'

export type NodeLink = SfuInput<'room.link'>['nodes']

export class NodeRoom {
  readonly node: SfuNode
  /** The node's name when the room came to it; one that comes back under another name is another node. */
  readonly nodeId: string
  readonly #roomId: string
  readonly #hear: (heard: RoomHeard) => void
  readonly #stops: (() => void)[]
  readonly #onEmpty = new Callbacks()
  #known = false
  #peers: Peers = new Map()
  #codecs: VideoCodec[] | undefined
  #attached: Promise<RtpCapabilities> | undefined
  #attaching: Promise<RtpCapabilities> | undefined
  /** Told while an attachment is under way: newer than its answer, or already in it; both do when told again. */
  #early: RoomHeard[] | undefined
  /** What it was told of others, as text; empty: nothing. */
  #linked = ''

  constructor(roomId: string, node: SfuNode, hear: (heard: RoomHeard) => void) {
    this.#roomId = roomId
    this.node = node
    this.nodeId = node.nodeId
    this.#hear = hear
    this.#stops = [
      node.onRoom(roomId, (heard) => (this.#early ? void this.#early.push(heard) : this.#take(heard))),
      node.onDown(() => this.detached()),
    ]
  }

  get up(): boolean {
    return this.node.up && this.node.nodeId === this.nodeId
  }

  get peers(): ReadonlyMap<string, PeerMedia> {
    return this.#peers
  }

  /** Is this picture of the room the node's own, and followed since? */
  get known(): boolean {
    return this.#known && this.up
  }

  /** Was it told of others, so that it must hear when they are gone? */
  get linked(): boolean {
    return this.#linked !== '' && this.#linked !== '[]'
  }

  /** What all its peers can decode, best first; undefined until it was attached. */
  get codecs(): VideoCodec[] | undefined {
    return this.#codecs
  }

  /** What the node can receive; attaches the room if it is not. */
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

  /** The node made the room anew: it must be attached again, and linked. */
  detached(): void {
    this.#attached = undefined
    this.#known = false
    this.#linked = ''
  }

  /** Tells the node which others have peers of the room, if it was not told so. */
  async link(others: NodeLink): Promise<void> {
    const wanted = JSON.stringify(others)
    if (wanted === this.#linked || !this.up) return
    await this.capabilities()
    this.#linked = wanted
    await this.node.request('room.link', { roomId: this.#roomId, nodes: others }).catch((error: unknown) => {
      if (this.#linked === wanted) this.#linked = 'unknown'
      throw error
    })
  }

  /** Its last peer there is gone, perhaps to another node. */
  onEmpty(run: () => void): void {
    this.#onEmpty.add(run)
  }

  /** Asks the node something about one peer. @throws AppError */
  ask<M extends PeerMethod>(peerId: string, method: M, data: Asked<M>): Promise<SfuOutput<M>> {
    const input = { ...data, roomId: this.#roomId, peerId } as SfuInput<M> // Omit and spread lose the mapping
    return this.node.request(method, input)
  }

  async closeRoom(): Promise<void> {
    this.#peers.clear()
    await this.node.request('room.close', { roomId: this.#roomId })
  }

  producers(): ProducerInfo[] {
    return [...this.#peers.values()].flatMap(({ producers }) => [...producers.values()])
  }

  has(peerId: string): boolean {
    return this.#peers.has(peerId)
  }

  hasProducer(producerId: string): boolean {
    return this.#peers.values().some(({ producers }) => producers.has(producerId))
  }

  /** A peer that this server has just created. */
  add(peerId: string): void {
    this.#peers.set(peerId, newPeer())
  }

  forget(peerId: string): void {
    this.#peers.delete(peerId)
  }

  /** The node is of this room no more. @returns the notices of what went with it */
  lost(): RoomHeard[] {
    const gone = this.#peers
    this.#peers = new Map()
    return changesBetween(this.#roomId, gone, this.#peers)
  }

  /** The node tells nothing more of this room; the peers stay as they are. */
  close(): void {
    for (const stop of this.#stops) stop()
    if (this.up) this.node.request('room.detach', { roomId: this.#roomId }).catch(() => undefined)
  }

  async #attachNow(): Promise<RtpCapabilities> {
    const early: RoomHeard[] = (this.#early = [])
    try {
      const { rtpCapabilities, peers, codecs } = await this.node.request('room.attach', {
        roomId: this.#roomId,
      })
      const before = this.#peers
      this.#peers = new Map(peers.map((peer) => [peer.peerId, toPeerMedia(peer)]))
      for (const change of changesBetween(this.#roomId, before, this.#peers)) this.#tell(change)
      this.#known = true
      this.#take({ name: 'codecs.changed', data: { roomId: this.#roomId, codecs } })
      return rtpCapabilities
    } finally {
      this.#early = undefined
      for (const heard of early) this.#take(heard)
    }
  }

  #take(heard: RoomHeard): void {
    if (heard.name === 'room.lost') this.#loseProducers(heard.data.peerIds)
    if (heard.name === 'codecs.changed') this.#codecs = heard.data.codecs
    note(this.#peers, heard)
    this.#tell(heard)
  }

  #tell(heard: RoomHeard): void {
    this.#hear(heard)
    if (heard.name === 'peer.closed' && this.#peers.size === 0) this.#onEmpty.run()
  }

  /** Those on other workers go on, and are to know whose pictures are gone. */
  #loseProducers(peerIds: string[]): void {
    const producers = peerIds.flatMap((peerId) => [...(this.#peers.get(peerId)?.producers.values() ?? [])])
    for (const { peerId, producerId } of producers)
      this.#take({ name: 'producer.closed', data: { roomId: this.#roomId, peerId, producerId } })
  }
}

const toPeerMedia = ({ connection, producers }: PeerInfo): PeerMedia => ({
  connection,
  producers: new Map(producers.map((producer) => [producer.producerId, producer])),
})
