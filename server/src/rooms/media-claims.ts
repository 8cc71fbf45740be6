/** Keeps the media of this server's seats its own: claims them when a node answers again, and tells who lost theirs. */
import type { SfuNode } from '../sfu/sfu-client.ts'
import type { MediaOutages } from './media-outages.ts'
import type { NodeRoom } from './node-room.ts'
import type { RoomMedia } from './room-media.ts'
import type { Seat } from './seat.ts'

interface ClaimsDeps {
  roomId: string
  media: RoomMedia
  /** The seats taken on this server. */
  seats: () => Seat[]
  /** The node knows the room anew. */
  onAttached: () => void
  outages: Pick<MediaOutages, 'lost' | 'look'>
  onError: (error: unknown) => void
}

/** A peer that nobody speaks for is closed by its node after a minute; longer than that nothing is left to close. */
const staleMs = 90_000

export class MediaClaims {
  readonly #deps: ClaimsDeps
  readonly #stops = new Map<NodeRoom, () => void>()
  /** Nodes that were away: which of our peers they still have is to be asked. */
  readonly #unclaimed = new Set<NodeRoom>()

  constructor(deps: ClaimsDeps) {
    this.#deps = deps
  }

  /** Attaches the room there, now and whenever the node comes back. */
  follow(room: NodeRoom): void {
    const claim = () => {
      this.#unclaimed.add(room)
      this.#reclaim(room).catch(this.#deps.onError)
    }
    this.#stops.get(room)?.()
    this.#stops.set(room, room.node.onUp(claim))
    if (room.up) room.attach().then(this.#deps.onAttached).catch(this.#deps.onError)
  }

  /** Asks all nodes for the room as it is, and those that were away for our peers. */
  async refresh(): Promise<void> {
    for (const [room, stop] of this.#stops) {
      if (this.#deps.media.nodes.includes(room)) continue
      stop()
      this.#stops.delete(room)
      this.#unclaimed.delete(room)
    }
    await this.#deps.media.attach()
    await Promise.all([...this.#unclaimed].map((room) => this.#reclaim(room)))
    this.#deps.outages.look(this.#deps.media.connections())
  }

  /** The worker died: the room is made anew on another, and its people make their media anew. */
  async rebuild(room: NodeRoom, peerIds: string[]): Promise<void> {
    room.detached()
    for (const peerId of peerIds)
      for (const seat of this.#deps.seats())
        seat.tell('peer.connection', { peerId, connection: 'reconnecting' })
    await room.capabilities().catch(() => undefined)
    this.#deps.onAttached()
    this.#tellLost(peerIds)
  }

  /** The node is lost for the room: media are made anew elsewhere, and what it kept is closed when it is back. */
  lost(peerIds: string[], node: SfuNode): void {
    const ours = this.#tellLost(peerIds)
    if (ours.length === 0) return
    const { roomId } = this.#deps
    const stop = node.onUp(() => {
      stop()
      for (const peerId of ours) node.request('peer.close', { roomId, peerId }).catch(() => undefined)
    })
    setTimeout(stop, staleMs).unref()
  }

  close(): void {
    for (const stop of this.#stops.values()) stop()
    this.#stops.clear()
  }

  /** @returns those of them who are here */
  #tellLost(peerIds: string[]): string[] {
    const seats = this.#deps.seats().filter((seat) => peerIds.includes(seat.peerId))
    for (const seat of seats) seat.tell('media.lost', {})
    this.#deps.outages.lost(peerIds)
    return seats.map((seat) => seat.peerId)
  }

  /** The node is back: it is asked for each peer of this server's seats, which may have died with it. */
  async #reclaim(room: NodeRoom): Promise<void> {
    if (!room.up || !this.#deps.media.nodes.includes(room)) return
    const before = new Set(room.peers.keys())
    await room.attach()
    this.#deps.onAttached()
    this.#unclaimed.delete(room)
    const seats = this.#deps
      .seats()
      .filter(({ peerId }) => before.has(peerId) || !this.#isElsewhere(peerId, room))
    const claimed = await Promise.allSettled(seats.map((seat) => this.#claim(room, seat)))
    if (claimed.some((one) => one.status === 'rejected')) this.#unclaimed.add(room)
    this.#deps.outages.look(this.#deps.media.connections())
  }

  #isElsewhere(peerId: string, room: NodeRoom): boolean {
    return this.#deps.media.holders(peerId).some((holder) => holder !== room)
  }

  async #claim(room: NodeRoom, seat: Seat): Promise<void> {
    const { found, consumers } = await room.ask(seat.peerId, 'peer.resume', {})
    if (found) for (const consumer of consumers) seat.tell('consumer.opened', consumer)
    else if (!this.#isElsewhere(seat.peerId, room)) this.#tellLost([seat.peerId])
  }
}
