/**
 * A live room on this server: the fold of its events, its picture of the media nodes, and the local sockets that are told
 * of both. Nothing here is the truth; a server that starts anew makes the same of Postgres and the nodes.
 */
import { findPerson, type RoomEvent, type RoomState } from '@peerlearn/contract/room-state'
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { Absences } from './absences.ts'
import { leaving } from './decisions.ts'
import { closeMediaParts, mediaParts, type MediaParts } from './media-parts.ts'
import type { Moves } from './moves.ts'
import type { NodeRoom } from './node-room.ts'
import { tellSeat } from './notices.ts'
import type { Placement } from './placement.ts'
import type { RoomSession } from './queries.ts'
import { seatEnded } from './refusals.ts'
import { RoomLog } from './room-log.ts'
import type { RoomMedia } from './room-media.ts'
import type { RoomNodes } from './room-nodes.ts'
import { RoomSeats } from './room-seats.ts'
import type { Seat, SeatEnd } from './seat.ts'

export interface LiveRoomOptions {
  db: Db
  bus: Bus
  pool: SfuPool
  log: Logger
  session: RoomSession
  /** How long a person without media at the node stays in the room. */
  graceMs: number
  /** Does the login behind a socket that closed go on? */
  isSignedIn: (loginId: string) => Promise<boolean>
}

/** Who follows a room on this server, beside its seats. */
export interface RoomEar {
  event?(event: RoomEvent, before: RoomState): void
  media?(heard: RoomHeard): void
  /** The room is let go of: nothing more of it is heard. */
  shut?(): void
}

export class LiveRoom {
  readonly session: RoomSession
  readonly events: RoomLog
  readonly #parts: MediaParts
  readonly #log: Logger
  readonly #seats: RoomSeats
  readonly #ears = new Set<RoomEar>()
  readonly #lost: Absences
  readonly #orphans: Absences
  readonly #isSignedIn: LiveRoomOptions['isSignedIn']
  #usedAt = 0
  #shut = false

  constructor({ db, bus, pool, log, session, graceMs, isSignedIn }: LiveRoomOptions) {
    this.session = session
    this.#log = log.child({ sessionId: session.id })
    this.#seats = new RoomSeats(session.id)
    this.#lost = new Absences(graceMs)
    this.#orphans = new Absences(graceMs)
    this.#isSignedIn = isSignedIn
    const same = { db, bus, sessionId: session.id, onError: this.#onError }
    this.events = new RoomLog({ ...same, hear: (...heard) => this.#onEvent(...heard) })
    this.#parts = mediaParts({
      ...same,
      pool,
      seats: () => this.#seats.taken,
      hear: (heard, from) => this.#onMedia(heard, from),
      decide: (decision) => this.events.decide(decision),
    })
    this.follow(this.#parts.outages)
  }

  get media(): RoomMedia {
    return this.#parts.media
  }

  get nodes(): RoomNodes {
    return this.#parts.nodes
  }

  get placement(): Placement {
    return this.#parts.placement
  }

  get moves(): Moves {
    return this.#parts.moves
  }

  get state(): RoomState {
    return this.events.state
  }

  /** All seats on this server, taken or on their way in. */
  get seats(): Seat[] {
    return this.#seats.all
  }

  /** Everything that happens from now on, until the room is shut. */
  follow(ear: RoomEar): void {
    this.#ears.add(ear)
  }

  /** Somebody asks for it: it stays open for a while. */
  use(): this {
    this.#usedAt = Date.now()
    return this
  }

  /** Nobody is in it, here or anywhere, and nobody asked for it lately. */
  idleSince(time: number): boolean {
    return this.#seats.size === 0 && this.state.people.length === 0 && this.#usedAt < time
  }

  /** Notices for this peer go to this seat from now on; the room's follow once it is taken. */
  admit(seat: Seat): void {
    this.#seats.add(seat)
  }

  /**
   * The seat hears the room; must run in the same turn as its answer is made. Another seat of the same peer is an
   * earlier socket of the same page. @throws AppError when the seat ended on the way in
   */
  take(seat: Seat): void {
    if (seat.end) throw seatEnded(seat.end)
    if (findPerson(this.state, seat.userId)?.peerId !== seat.peerId) throw seatEnded('replaced')
    for (const other of this.seats)
      if (other !== seat && other.peerId === seat.peerId) this.#seats.end(other, 'replaced')
    seat.take()
    seat.onLost(() => void this.#lose(seat).catch(this.#onError))
  }

  /** The seat is no more, and nobody speaks for its peer: its media are closed. */
  close(seat: Seat, end: SeatEnd): void {
    // Its socket may have gone while it was decided: the peer was let go of, and not closed.
    const isLeft = seat.end === 'lost' && !this.#seats.speakFor(seat.peerId)
    if (this.#seats.end(seat, end) || isLeft) this.closePeer(seat.peerId)
  }

  /** A seat that came to nothing; its peer is somebody's still, and stays for its minute. */
  withdraw(seat: Seat): void {
    this.#seats.drop(seat)
    this.#release(seat.peerId)
  }

  closePeer(peerId: string): void {
    this.media.askAll(peerId, 'peer.close')
    this.media.forget(peerId)
    this.moves.forget(peerId)
  }

  /** Makes the room true again: missed events, missed notices, people whose media are gone for good. */
  async reconcile(): Promise<void> {
    await this.events.catchUp()
    if (this.nodes.waiting) return this.#lost.clear()
    if (this.state.phase === 'closed') await this.#closeMedia()
    if (this.state.phase !== 'open') return
    await this.#parts.claims.refresh()
    this.moves.adopt()
    const people = this.state.people.map((p) => p.peerId)
    for (const peerId of this.#lost.past(people.filter((p) => !this.media.has(p))))
      await this.#leaveLost(peerId)
    const known = new Set([...people, ...this.seats.map((seat) => seat.peerId)])
    for (const peerId of this.#orphans.past(this.media.peerIds().filter((p) => !known.has(p))))
      this.closePeer(peerId)
  }

  /** Lets go of the room; nobody is told, the node keeps its peers for their grace. */
  shut(): void {
    this.#shut = true
    for (const ear of this.#ears) ear.shut?.()
    this.events.close()
    closeMediaParts(this.#parts)
    this.#seats.clear()
  }

  readonly #onError = (err: unknown) => this.#log.warn({ err }, 'a room is behind; it will be tried again')

  /** The socket went without a word: its page has a minute to come back, unless its person signed out. */
  async #lose(seat: Seat): Promise<void> {
    if (!this.#seats.drop(seat)) return
    seat.finish('lost')
    if (!this.#release(seat.peerId)) return
    if (this.#shut || (await this.#isSignedIn(seat.socket.who.loginId))) return
    await this.events.decide(leaving(seat.peerId, 'left'))
    this.closePeer(seat.peerId)
  }

  /** Nobody here speaks for the peer any more, unless its page is coming back, or came, on another socket. */
  #release(peerId: string): boolean {
    if (this.#seats.speakFor(peerId)) return false
    this.media.askAll(peerId, 'peer.release')
    return true
  }

  #onEvent(event: RoomEvent, before: RoomState): void {
    for (const seat of this.#seats.taken) seat.tell(event.kind, event)
    const { kind, data } = event
    if (kind === 'peer.joined') this.#onJoined(data, findPerson(before, data.userId)?.peerId)
    if (kind === 'peer.left')
      this.#closeSeats((s) => s.peerId === data.peerId, data.reason === 'lost' ? 'lost' : 'left')
    if (kind === 'peer.left') this.media.forget(data.peerId)
    if (kind === 'peer.removed') this.#closeSeats((s) => s.userId === data.userId, 'removed')
    if (kind === 'room.closed') this.#onClosed()
    for (const ear of this.#ears) ear.event?.(event, before)
  }

  #onJoined({ userId, peerId }: { userId: string; peerId: string }, previous: string | undefined): void {
    this.media.expect(peerId)
    if (previous && previous !== peerId) this.media.forget(previous)
    this.#closeSeats((seat) => seat.taken && seat.userId === userId && seat.peerId !== peerId, 'replaced')
  }

  #onClosed(): void {
    for (const seat of this.seats) this.#seats.end(seat, 'ended')
    this.#closeMedia().catch(() => undefined)
  }

  async #closeMedia(): Promise<void> {
    if (this.media.peerIds().length > 0 || this.nodes.ids.length > 0) await this.media.closeRoom()
    await this.nodes.clear()
  }

  #closeSeats(which: (seat: Seat) => boolean, end: SeatEnd): void {
    for (const seat of this.seats.filter(which)) this.close(seat, end)
  }

  #onMedia(heard: RoomHeard, from: NodeRoom): void {
    const { name, data } = heard
    for (const ear of this.#ears) ear.media?.(heard)
    if (name === 'peer.closed') void (data.reason === 'unclaimed' && this.#leaveLost(data.peerId))
    else if (name === 'room.lost') void this.#parts.claims.rebuild(from, data.peerIds).catch(this.#onError)
    else if (name !== 'loudest.changed') for (const seat of this.seats) tellSeat(seat, heard)
  }

  async #leaveLost(peerId: string): Promise<void> {
    await this.events.decide(leaving(peerId, 'lost')).catch(this.#onError)
  }
}
