/**
 * What the peers of a room exchange: everything that is sent, here and on other nodes, is offered to everybody,
 * brought to where it is looked at, and its publisher told how much of it is wanted.
 */
import { hasRedundancy } from '@peerlearn/contract/media'
import type { FirstView, VideoCodec } from '@peerlearn/contract/media'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import type { types } from 'mediasoup'
import { keptForAll } from './audible-rule.ts'
import { Audible } from './audible.ts'
import type { AudibleListener, Audibles } from './audible.ts'
import type { TellRoom } from './channel.ts'
import { Demand } from './demand.ts'
import type { Host } from './host.ts'
import { LinkRoom } from './link-room.ts'
import type { Links } from './links.ts'
import type { Logger } from './log.ts'
import { Offers, Sent } from './offers.ts'
import type { Peer } from './peer.ts'
import { PipesOut } from './pipes-out.ts'
import type { PipeAddress } from './pipes-out.ts'
import { Pipes } from './pipes.ts'
import { producerInfo } from './producers.ts'
import type { Producer } from './producers.ts'
import { isMicrophone } from './redundancy.ts'
import { RoomLinks } from './room-links.ts'
import { SpokenCodecs } from './spoken-codecs.ts'
import type { Offer, Supply } from './supply.ts'

export interface RoomMediaOptions {
  links: Links
  pipes: PipeAddress
  pipeIdleSeconds: number
  sentLoudest: number
  log: Logger
}

interface Around {
  readonly id: string
  readonly peers: ReadonlyMap<string, Peer>
  readonly hosts: { readonly hosts: ReadonlySet<Host> }
  readonly tell: TellRoom
}

export class RoomMedia implements Supply {
  readonly pipes: Pipes
  readonly pipesOut: PipesOut
  readonly offers = new Offers()
  readonly #room: Around
  readonly #options: RoomMediaOptions
  readonly #audible: Audible
  readonly #demand = new Demand((producerId, layer) => this.#tellWanted(producerId, layer))
  readonly #links = new RoomLinks({
    follow: (url) => this.#follow(url),
    changed: (isLinked) => this.#audible.setLinked(isLinked),
  })
  readonly #codecs: SpokenCodecs

  constructor(room: Around, options: RoomMediaOptions) {
    this.#room = room
    this.#options = options
    this.#codecs = new SpokenCodecs((codecs) => room.tell('codecs.changed', { codecs }))
    this.pipes = new Pipes({
      offers: this.offers,
      ports: options.pipes.ports,
      idleSeconds: options.pipeIdleSeconds,
      onBroken: (sent, host) => this.#offerAgain(sent, host),
      onLayers: () => this.#everybody((peer) => peer.receiver?.offerChanged()),
    })
    this.pipesOut = new PipesOut(this, options.pipes)
    const listener: AudibleListener = {
      changed: (audibles) => this.#everybody((peer) => peer.receiver?.setAudible(audibles)),
      speakers: (speakers) => room.tell('speakers.changed', { speakers }),
      loudest: (producers) => room.tell('loudest.changed', { producers }),
      fast: (on) => room.hosts.hosts.forEach((host) => host.loudness.setFast(on)),
    }
    this.#audible = new Audible(listener, options.sentLoudest)
  }

  offersFor(peerId: string): Offer[] {
    return this.offers.for(peerId)
  }

  redundant(producerId: string): Offer | undefined {
    return this.offers.redundant(producerId)
  }

  take(producerId: string, host: Host): Promise<types.Producer | undefined> {
    return this.pipes.take(producerId, host)
  }

  release(producer: types.Producer, host: Host): void {
    this.pipes.release(producer, host)
  }

  want(producerId: string, by: string, layer: number | null): void {
    this.#demand.want(producerId, by, layer)
  }

  get audibles(): Audibles {
    return this.#audible.audibles
  }

  /** Video codecs for all peers of this node, best first. */
  get codecs(): VideoCodec[] {
    return this.#codecs.all
  }

  /** Consumers that a newcomer is going to have at once: of sounds no more than everybody has. */
  expectedBy(peer: Peer, view: FirstView): number {
    const offered = this.offers.for(peer.id).filter(({ passing }) => !passing)
    const videos = offered.filter(({ info }) => info.kind === 'video').length
    return Math.min(videos, view.videos) + Math.min(offered.length - videos, keptForAll)
  }

  /** The peer has its media, and receives so. */
  joined(peer: Peer, rule: ReceiveRule): void {
    this.#ruled(peer, rule)
  }

  left(peer: Peer): void {
    this.#audible.listenClosely(peer.id, false)
    this.#demand.forgetBy(peer.id)
    this.#codecs.remove(peer.id)
  }

  /** @throws AppError media-unavailable */
  async setRule(peer: Peer, rule: ReceiveRule): Promise<void> {
    await peer.use(({ receiver }) => receiver.setRule(rule))
    this.#ruled(peer, rule)
  }

  /** One of our peers sends something new. */
  opened(producer: Producer, peer: Peer): void {
    if (!peer.host || producer.closed) return
    const host = peer.host
    if (producer.kind === 'video') this.#demand.open(producer.id)
    const info = producerInfo(producer)
    this.#offer(new Sent(info, peer.mentor, { host, producer }))
    if (!isMicrophone(info)) return
    host.loudness.add(producer).catch((error: unknown) => {
      if (!producer.closed) this.#options.log.warn({ err: error, peerId: peer.id }, 'no speaker detection')
    })
  }

  closed(producerId: string): void {
    if (!this.offers.remove(producerId)) return
    this.#demand.forget(producerId)
    this.#audible.remove(producerId)
    this.#everybody((peer) => peer.receiver?.withdrawn(producerId))
    this.pipes.withdraw(producerId)
  }

  paused(producerId: string, paused: boolean): void {
    const sent = this.offers.find(producerId)
    if (!sent) return
    sent.info.paused = paused
    this.#audible.setPaused(producerId, paused)
    this.#everybody((peer) => peer.receiver?.offerChanged())
  }

  /** A host begins: its microphones are measured from now on. */
  listenOn(host: Host): void {
    host.loudness.onLevel((producerId, dBov) => this.#audible.level(producerId, dBov))
    host.loudness.setFast(this.#audible.isFast)
  }

  /** Once more what is wanted of its videos. */
  tellWantedOf(peer: Peer): void {
    for (const { id } of peer.producers) {
      const layer = this.#demand.toldOf(id)
      if (layer !== undefined) this.#tellWanted(id, layer)
    }
  }

  /** Other nodes that have peers of this room: address by node. */
  link(nodes: ReadonlyMap<string, string>): void {
    this.#links.set(nodes)
  }

  setFollowed(followed: boolean): void {
    this.#links.setFollowed(followed)
  }

  close(): void {
    this.#links.close()
    this.pipesOut.closeAll()
    this.pipes.close()
    this.#demand.close()
    this.#audible.close()
  }

  #follow(url: string): LinkRoom {
    const { links, pipes, log } = this.#options
    return new LinkRoom(
      { roomId: this.#room.id, url, links, at: pipes, log },
      {
        opened: (info, mentor, origin) => this.#offer(new Sent({ ...info }, mentor, { origin })),
        closed: (producerId) => this.closed(producerId),
        paused: (producerId, paused) => this.paused(producerId, paused),
        level: (producerId, dBov) => this.#audible.level(producerId, dBov),
      },
    )
  }

  #offer(sent: Sent): void {
    const { producerId, peerId, paused } = sent.info
    const { mentor } = sent
    this.offers.add(sent)
    if (isMicrophone(sent.info))
      this.#audible.add({ producerId, peerId, mentor, paused, own: 'host' in sent.home })
    this.#everybody((peer) => peer.id === peerId || peer.receiver?.offered(sent))
  }

  /** It is still there, but the way to this host broke: all there take it anew. */
  #offerAgain(sent: Sent, host: Host): void {
    for (const { host: where, id, receiver } of this.#room.peers.values()) {
      if (where !== host || id === sent.info.peerId) continue
      receiver?.withdrawn(sent.info.producerId)
      receiver?.offered(sent)
    }
  }

  #tellWanted(producerId: string, layer: number): void {
    const sent = this.offers.find(producerId)
    if (!sent) return
    if ('origin' in sent.home) return sent.home.origin.want(producerId, layer)
    // who can hear RED can send it
    const said = this.#room.peers.get(sent.info.peerId)?.media?.rtpCapabilities
    if (sent.info.kind === 'audio' && !hasRedundancy(said ?? {})) return
    this.#room.tell('layers.wanted', { to: sent.info.peerId, producerId, layer })
  }

  #ruled(peer: Peer, rule: ReceiveRule): void {
    this.#audible.listenClosely(peer.id, rule.mode === 'voice')
    if (peer.media) this.#codecs.set(peer.id, peer.media.rtpCapabilities, rule)
  }

  #everybody(run: (peer: Peer) => unknown): void {
    for (const peer of this.#room.peers.values()) run(peer)
  }
}
