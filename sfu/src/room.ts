/**
 * One room of the node: its peers, and the servers and nodes that follow it. Its peers are on hosts (a router on a
 * worker each); a host that dies takes only its own peers with it. What they exchange is in room-media.ts.
 */
import { AppError } from '@peerlearn/contract/errors'
import type { MediaSetup, RtpCapabilities } from '@peerlearn/contract/media'
import type { PeerInfo } from '@peerlearn/contract/sfu'
import { ortc } from 'mediasoup'
import type { Channel, TellRoom } from './channel.ts'
import { mediaCodecs } from './codecs.ts'
import { Host } from './host.ts'
import { HostSet } from './host-set.ts'
import type { Place } from './host-set.ts'
import { Linked } from './linked.ts'
import type { Nodes } from './linked.ts'
import type { Links } from './links.ts'
import type { Logger } from './log.ts'
import { Peer } from './peer.ts'
import type { PeerOptions } from './peer.ts'
import type { PipeAddress } from './pipes-out.ts'
import { producerInfo } from './producers.ts'
import type { Producer, ProducerWish } from './producers.ts'
import { isRedundant } from './redundancy.ts'
import { RoomMedia } from './room-media.ts'
import type { WorkerSlot } from './worker-slot.ts'
import type { Workers } from './workers.ts'

export interface RoomSettings {
  graceSeconds: number
  /** Seconds that a pipe stays which nobody looks through. */
  pipeIdleSeconds: number
  /** Microphones that are sent beside the mentor's, where many are open. */
  sentLoudest: number
  pipes: PipeAddress
}

export interface RoomOptions extends RoomSettings {
  id: string
  workers: Workers
  links: Links
  log: Logger
}

// what mediasoup makes is within the contract; only its types are looser (parameters: unknown)
const rtpCapabilities = ortc.generateRouterRtpCapabilities(mediaCodecs) as RtpCapabilities

/** What other nodes are told of a room. */
const forNodes = new Set([
  'producer.opened',
  'producer.closed',
  'producer.paused',
  'producer.resumed',
  'loudest.changed',
  'peer.closed',
  'room.lost',
])

export class Room {
  readonly id: string
  readonly peers = new Map<string, Peer>()
  readonly channels = new Set<Channel>()
  readonly media: RoomMedia
  readonly hosts: HostSet
  closed = false
  readonly #options: RoomOptions
  readonly #log: Logger
  readonly #followers = new Set<Channel>()
  readonly #places = new Map<Peer, Place>()
  readonly #linked = new Linked()

  constructor(options: RoomOptions) {
    this.id = options.id
    this.#options = options
    this.#log = options.log.child({ roomId: options.id })
    this.hosts = new HostSet(options.workers, (slot) => this.#openHost(slot))
    this.media = new RoomMedia(this, { ...options, log: this.#log })
  }

  /** Nobody is in it and no server follows it. */
  get unused(): boolean {
    return this.peers.size === 0 && this.channels.size === 0
  }

  /** The channel is told of the room from now on; another node's only follows. */
  attach(channel: Channel, as: 'server' | 'node') {
    if (as === 'server') this.channels.add(channel)
    else this.#followers.add(channel)
    this.media.setFollowed(this.#followers.size > 0)
    const peers: PeerInfo[] = [...this.peers.values()].map(({ info }) => ({
      ...info,
      producers: info.producers.filter(({ producerId }) => as === 'node' || !isRedundant(producerId)),
    }))
    return { rtpCapabilities, peers, codecs: this.media.codecs }
  }

  /** These other nodes have peers of the room, as far as that server knows. */
  link(channel: Channel, nodes: Nodes): void {
    this.media.link(this.#linked.say(channel, nodes))
  }

  /** The channel hears no more of the room, and speaks for nobody in it. */
  detach(channel: Channel): void {
    this.channels.delete(channel)
    const nodes = this.#linked.leave(channel)
    if (nodes) this.media.link(nodes)
    if (this.#followers.delete(channel)) this.media.pipesOut.drop(channel)
    this.media.setFollowed(this.#followers.size > 0)
    for (const peer of this.peers.values()) peer.release(channel)
  }

  /** @throws AppError peer-lost, media-full, media-refused, media-unavailable */
  async createPeer(owner: Channel, options: Omit<PeerOptions, 'graceSeconds'>): Promise<MediaSetup> {
    const before = this.peers.get(options.id)
    if (before) this.#drop(before)
    const peer = this.#newPeer(owner, options)
    this.peers.set(peer.id, peer)
    try {
      const place = await this.hosts.place(this.media.expectedBy(peer, options.view))
      this.#places.set(peer, place)
      const setup = await peer.open(place.host, this.media, () => this.media.audibles)
      place.settle()
      this.media.joined(peer, options.receive)
      return setup
    } catch (error) {
      this.#drop(peer)
      throw error
    }
  }

  /** @throws AppError peer-lost */
  getPeer(peerId: string): Peer {
    const peer = this.peers.get(peerId)
    if (!peer) throw new AppError('peer-lost', 'This connection has ended. Please join again.')
    return peer
  }

  /** The channel speaks for the peer from now on, and is told what only who spoke for it before may have heard. */
  resumePeer(peerId: string, channel: Channel): Peer | undefined {
    const peer = this.peers.get(peerId)
    peer?.claim(channel)
    if (peer) this.media.tellWantedOf(peer)
    return peer
  }

  closePeer(peerId: string, reason: 'closed' | 'unclaimed'): void {
    const peer = this.peers.get(peerId)
    if (!peer) return
    this.#drop(peer)
    this.tell('peer.closed', { peerId, reason })
  }

  /** A new producer, offered to everybody else. @throws AppError */
  async produce(peerId: string, transportId: string, wish: ProducerWish): Promise<Producer> {
    const peer = this.getPeer(peerId)
    const producer = await peer.produce(transportId, wish)
    // servers know a microphone, however it is sent
    const tell = isRedundant(producer.id) ? this.#tellNodes : this.tell
    producer.observer.once('close', () => {
      this.media.closed(producer.id)
      tell('producer.closed', { producerId: producer.id, peerId })
    })
    tell('producer.opened', { producer: producerInfo(producer) })
    this.media.opened(producer, peer)
    return producer
  }

  /** @throws AppError peer-lost, not-found, media-unavailable */
  async setPaused(peerId: string, producerId: string, paused: boolean): Promise<void> {
    const changed = await this.getPeer(peerId).use(({ producers }) => producers.setPaused(producerId, paused))
    if (!changed) return
    this.tell(paused ? 'producer.paused' : 'producer.resumed', { producerId, peerId })
    this.media.paused(producerId, paused)
  }

  readonly tell: TellRoom = (event, data) => {
    // the room's id completes every notice of a room: TypeScript cannot see that through the generic name
    for (const channel of this.channels) channel.tell(event, { roomId: this.id, ...data } as never)
    if (forNodes.has(event)) this.#tellNodes(event, data)
  }

  readonly #tellNodes: TellRoom = (event, data) => {
    for (const channel of this.#followers) channel.tell(event, { roomId: this.id, ...data } as never)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    for (const peerId of this.peers.keys()) this.closePeer(peerId, 'closed')
    this.channels.clear()
    this.#followers.clear()
    this.media.close()
    this.hosts.close()
  }

  #newPeer(owner: Channel, options: Omit<PeerOptions, 'graceSeconds'>): Peer {
    const { graceSeconds } = this.#options
    const peer: Peer = new Peer({ ...options, graceSeconds }, owner, {
      connectionChanged: (connection) => this.tell('peer.connection', { peerId: peer.id, connection }),
      consumerOpened: (consumer) => this.tell('consumer.opened', { to: peer.id, consumer }),
      consumerClosed: (consumerId) => this.tell('consumer.closed', { to: peer.id, consumerId }),
      consumerFailed: (error, producerId) =>
        this.#log.warn({ err: error, peerId: peer.id, producerId }, 'a consumer could not be made'),
      unclaimed: () => this.closePeer(peer.id, 'unclaimed'),
    })
    return peer
  }

  async #openHost(slot: WorkerSlot): Promise<Host> {
    const host = await Host.open(slot)
    if (this.closed) {
      host.close()
      throw new AppError('peer-lost', 'This room was closed.')
    }
    this.media.listenOn(host)
    host.router.once('workerclose', () => this.#lose(host))
    return host
  }

  /** Its worker died: who was there has no media any more, and comes back anew. */
  #lose(host: Host): void {
    if (this.closed) return
    const lost = [...this.peers.values()].filter((peer) => this.#places.get(peer)?.host === host)
    for (const peer of lost) this.#drop(peer)
    this.tell('room.lost', { peerIds: lost.map((peer) => peer.id) })
  }

  #drop(peer: Peer): void {
    peer.close()
    this.#places.get(peer)?.release()
    this.#places.delete(peer)
    if (this.peers.get(peer.id) !== peer) return
    this.peers.delete(peer.id)
    this.media.left(peer)
  }
}
