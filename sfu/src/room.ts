/**
 * One room of the node: its peers, and the servers that follow it. Its peers are on hosts (a router on a worker each);
 * which host a peer gets is decided in one place, and a host that dies takes only its own peers with it.
 */
import { AppError } from '@peerlearn/contract/errors'
import type { MediaSetup, RtpCapabilities } from '@peerlearn/contract/media'
import type { PeerInfo } from '@peerlearn/contract/sfu'
import type { Channel, TellRoom } from './channel.ts'
import type { Host } from './host.ts'
import type { Logger } from './log.ts'
import { Peer } from './peer.ts'
import type { PeerOptions } from './peer.ts'
import { producerInfo } from './producers.ts'
import type { Producer, ProducerWish } from './producers.ts'
import { tellSpeakers } from './speakers.ts'
import type { Workers } from './workers.ts'

export interface RoomOptions {
  id: string
  workers: Workers
  graceSeconds: number
  log: Logger
}

export class Room {
  readonly id: string
  readonly peers = new Map<string, Peer>()
  readonly channels = new Set<Channel>()
  closed = false
  readonly #options: RoomOptions
  readonly #log: Logger
  #host: Promise<Host> | undefined

  constructor(options: RoomOptions) {
    this.id = options.id
    this.#options = options
    this.#log = options.log.child({ roomId: options.id })
  }

  /** Nobody is in it and nobody follows it. */
  get unused(): boolean {
    return this.peers.size === 0 && this.channels.size === 0
  }

  /** The channel is told of the room from now on. @throws AppError media-unavailable */
  async attach(channel: Channel): Promise<{ rtpCapabilities: RtpCapabilities; peers: PeerInfo[] }> {
    this.channels.add(channel)
    const host = await this.#hostForNext()
    const peers = [...this.peers.values()].map((peer) => peer.info)
    // what mediasoup makes is within the contract; only its types are looser (parameters: unknown)
    return { rtpCapabilities: host.router.rtpCapabilities as RtpCapabilities, peers }
  }

  /** The channel hears no more of the room, and speaks for nobody in it. */
  detach(channel: Channel): void {
    this.channels.delete(channel)
    for (const peer of this.peers.values()) peer.release(channel)
  }

  /** @throws AppError peer-lost, media-refused, media-unavailable */
  async createPeer(owner: Channel, options: Omit<PeerOptions, 'graceSeconds'>): Promise<MediaSetup> {
    const before = this.peers.get(options.id)
    if (before) this.#drop(before)
    const { graceSeconds } = this.#options
    const peer: Peer = new Peer({ ...options, graceSeconds }, owner, {
      connectionChanged: (connection) => this.tell('peer.connection', { peerId: peer.id, connection }),
      consumerOpened: (consumer) => this.tell('consumer.opened', { to: peer.id, consumer }),
      consumerClosed: (consumerId) => this.tell('consumer.closed', { to: peer.id, consumerId }),
      unclaimed: () => this.closePeer(peer.id, 'unclaimed'),
    })
    this.peers.set(peer.id, peer)
    try {
      return await peer.open(await this.#hostForNext(), () => this.#producersBut(peer))
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

  closePeer(peerId: string, reason: 'closed' | 'unclaimed'): void {
    const peer = this.peers.get(peerId)
    if (!peer) return
    this.#drop(peer)
    this.tell('peer.closed', { peerId, reason })
  }

  /** A new producer, and a paused consumer of it for everybody else. @throws AppError */
  async produce(peerId: string, transportId: string, wish: ProducerWish): Promise<Producer> {
    const peer = this.getPeer(peerId)
    const producer = await peer.produce(transportId, wish)
    producer.observer.once('close', () => this.tell('producer.closed', { producerId: producer.id, peerId }))
    this.tell('producer.opened', { producer: producerInfo(producer) })
    if (wish.source === 'microphone') this.#listenTo(peer, producer)
    for (const other of this.peers.values()) if (other !== peer) this.#offer(producer, other)
    return producer
  }

  /** @throws AppError peer-lost, not-found, media-unavailable */
  async setPaused(peerId: string, producerId: string, paused: boolean): Promise<void> {
    const changed = await this.getPeer(peerId).use(({ producers }) => producers.setPaused(producerId, paused))
    if (changed) this.tell(paused ? 'producer.paused' : 'producer.resumed', { producerId, peerId })
  }

  readonly tell: TellRoom = (event, data) => {
    // the room's id completes every notice of a room: TypeScript cannot see that through the generic name
    for (const channel of this.channels) channel.tell(event, { roomId: this.id, ...data } as never)
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    for (const peerId of this.peers.keys()) this.closePeer(peerId, 'closed')
    this.channels.clear()
    this.#host?.then((host) => host.close()).catch(() => {})
  }

  #producersBut(peer: Peer): Producer[] {
    return [...this.peers.values()].filter((other) => other !== peer).flatMap((other) => other.producers)
  }

  #offer(producer: Producer, to: Peer): void {
    to.receive(producer).catch((error: unknown) => {
      if (!to.closed && !producer.closed)
        this.#log.warn({ err: error, peerId: to.id }, 'a consumer could not be made')
    })
  }

  #listenTo(peer: Peer, microphone: Producer): void {
    const adding = peer.host?.loudness.addProducer({ producerId: microphone.id })
    adding?.catch((error: unknown) => {
      if (!microphone.closed) this.#log.warn({ err: error, peerId: peer.id }, 'no speaker detection')
    })
  }

  /** The host for the next peer; one host a room so far. @throws AppError media-unavailable */
  async #hostForNext(): Promise<Host> {
    this.#host ??= this.#openHost()
    const opening = this.#host
    try {
      return await opening
    } catch (error) {
      if (this.#host === opening) this.#host = undefined
      throw error
    }
  }

  async #openHost(): Promise<Host> {
    const host = await this.#options.workers.place()
    if (this.closed) {
      host.close()
      throw new AppError('peer-lost', 'This room was closed.')
    }
    tellSpeakers(host.loudness, this.tell)
    host.router.once('workerclose', () => this.#lose(host))
    return host
  }

  /** Its worker died: who was there has no media any more, and comes back anew. */
  #lose(host: Host): void {
    if (this.closed) return
    this.#host = undefined
    const lost = [...this.peers.values()].filter((peer) => !peer.host || peer.host === host)
    for (const peer of lost) this.#drop(peer)
    this.tell('room.lost', { peerIds: lost.map((peer) => peer.id) })
  }

  #drop(peer: Peer): void {
    peer.close()
    if (this.peers.get(peer.id) === peer) this.peers.delete(peer.id)
  }
}
