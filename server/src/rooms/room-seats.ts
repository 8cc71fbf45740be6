/** The seats of a room on this server, taken or on their way in, and what those read that end. */
import type { Seat, SeatEnd } from './seat.ts'

export class RoomSeats {
  readonly #sessionId: string
  readonly #all = new Set<Seat>()

  constructor(sessionId: string) {
    this.#sessionId = sessionId
  }

  get all(): Seat[] {
    return [...this.#all]
  }

  /** Those that hear the room. */
  get taken(): Seat[] {
    return this.all.filter((seat) => seat.taken)
  }

  get size(): number {
    return this.#all.size
  }

  /** Does anybody here speak for this peer, or will? */
  speakFor(peerId: string): boolean {
    return this.all.some((seat) => seat.peerId === peerId)
  }

  add(seat: Seat): void {
    this.#all.add(seat)
  }

  /** Without a word. @returns whether it was here still */
  drop(seat: Seat): boolean {
    return this.#all.delete(seat)
  }

  /** Its page is told why, where it would not know by itself. @returns whether it was here still */
  end(seat: Seat, end: SeatEnd): boolean {
    if (!this.drop(seat)) return false
    seat.finish(end)
    const sessionId = this.#sessionId
    // A page that joins once more on its own socket has replaced nobody.
    const elsewhere = !this.all.some((other) => other.socket === seat.socket)
    if (end === 'replaced' && elsewhere) seat.tell('room.replaced', { sessionId })
    if (end === 'removed') seat.tell('room.removed', { sessionId })
    return true
  }

  clear(): void {
    this.#all.clear()
  }
}
