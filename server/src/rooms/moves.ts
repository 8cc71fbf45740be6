/** People who go from one node to another while the class runs: the new media first, the old closed once those flow. */
import type { NodeRoom } from './node-room.ts'
import type { RoomMedia } from './room-media.ts'
import type { Seat } from './seat.ts'

interface MovesDeps {
  media: Pick<RoomMedia, 'holders' | 'askAll' | 'forget'>
  /** The seats taken on this server. */
  seats: () => Seat[]
  /** A peer is on its new node alone. */
  onFinished: () => void
  times?: Partial<MoveTimes>
}

export interface MoveTimes {
  /** From one person to the next, so that not all come at once. */
  apartMs: number
  /** Asked again, when nothing came of it. */
  againMs: number
  /** Who did not move by then has the old media closed, and makes new ones as after a loss. */
  patienceMs: number
  /** New media that are connected by then take over even if the client never said so; others get `patienceMs`. */
  finishMs: number
}

const usual: MoveTimes = { apartMs: 40, againMs: 5_000, patienceMs: 30_000, finishMs: 10_000 }
const longestMs = 3_000

export class Moves {
  readonly #deps: MovesDeps
  readonly #times: MoveTimes
  /** Asked to move, and has not begun. */
  readonly #asked = new Map<Seat, { from: NodeRoom; timer: NodeJS.Timeout }>()
  /** On two nodes now; until then the old media wait for the new ones to be connected. */
  readonly #under = new Map<string, { until: number; timer: NodeJS.Timeout }>()

  constructor(deps: MovesDeps) {
    this.#deps = deps
    this.#times = { ...usual, ...deps.times }
  }

  /** Asks this server's people on that node to move, one after another; who was asked is not asked anew. */
  leave(from: NodeRoom): void {
    const { apartMs, patienceMs } = this.#times
    const seats = this.#deps.seats().filter((seat) => this.#isOn(seat, from) && !this.#asked.has(seat))
    const apart = Math.min(apartMs, longestMs / Math.max(1, seats.length))
    const until = Date.now() + patienceMs
    seats.forEach((seat, i) => this.#askLater(seat, from, i * apart, until))
  }

  /** Nobody who has not begun needs to move from there any more. */
  stay(from: NodeRoom): void {
    for (const [seat, asked] of this.#asked) if (asked.from === from) this.#forgetAsked(seat)
  }

  /** The peer's new media are made, perhaps once more; its old ones are closed in a while, unless `finish` comes before. */
  begun(peerId: string): void {
    for (const seat of this.#asked.keys()) if (seat.peerId === peerId) this.#forgetAsked(seat)
    const until = this.#under.get(peerId)?.until ?? Date.now() + this.#times.patienceMs
    this.forget(peerId)
    this.#finishLater(peerId, until)
  }

  /** The peer's new media flow: what it had before is closed. */
  finish(peerId: string): void {
    this.forget(peerId)
    const { media } = this.#deps
    const older = media.holders(peerId).slice(1)
    if (older.length === 0) return
    media.askAll(peerId, 'peer.close', older)
    media.forget(peerId, older)
    this.#deps.onFinished()
  }

  /** This peer is gone, or is known to be on one node. */
  forget(peerId: string): void {
    clearTimeout(this.#under.get(peerId)?.timer)
    this.#under.delete(peerId)
  }

  /** Moves that another server, or this one before, began and did not end. */
  adopt(): void {
    for (const { peerId } of this.#deps.seats())
      if (!this.#under.has(peerId) && this.#deps.media.holders(peerId).length > 1) this.begun(peerId)
  }

  close(): void {
    for (const seat of this.#asked.keys()) this.#forgetAsked(seat)
    for (const peerId of this.#under.keys()) this.forget(peerId)
  }

  /** A client that can't reach the new node tries again, and has nothing but its old media meanwhile. */
  #finishLater(peerId: string, until: number): void {
    const timer = setTimeout(() => {
      if (this.#isConnected(peerId) || Date.now() >= until) this.finish(peerId)
      else this.#finishLater(peerId, until)
    }, this.#times.finishMs)
    this.#under.set(peerId, { until, timer })
  }

  #isConnected(peerId: string): boolean {
    const connection = this.#deps.media.holders(peerId)[0]?.peers.get(peerId)?.connection
    return connection === 'connected' || connection === 'weak'
  }

  /** Is this node all that the seat's peer has? */
  #isOn(seat: Seat, from: NodeRoom): boolean {
    const [newest] = this.#deps.media.holders(seat.peerId)
    return newest === from && seat.taken && !seat.end
  }

  #askLater(seat: Seat, from: NodeRoom, ms: number, until: number): void {
    const timer = setTimeout(() => this.#ask(seat, from, until), ms)
    this.#asked.set(seat, { from, timer })
  }

  #ask(seat: Seat, from: NodeRoom, until: number): void {
    if (!this.#isOn(seat, from)) return this.#forgetAsked(seat)
    if (Date.now() < until) {
      seat.tell('media.moving', {})
      return this.#askLater(seat, from, this.#times.againMs, until)
    }
    this.#forgetAsked(seat)
    this.#deps.media.askAll(seat.peerId, 'peer.close', [from])
    this.#deps.media.forget(seat.peerId, [from])
    seat.tell('media.lost', {})
  }

  #forgetAsked(seat: Seat): void {
    clearTimeout(this.#asked.get(seat)?.timer)
    this.#asked.delete(seat)
  }
}
