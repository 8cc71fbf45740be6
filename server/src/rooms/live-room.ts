/**
 * A live room on this server: the fold of its events, its picture of the media node, and the local sockets that are told
 * of both. Nothing here is the truth; a server that starts anew makes the same of Postgres and the node.
 */
import { findPerson, type RoomEvent, type RoomState } from '@peerlearn/contract/room-state'
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { Absences } from './absences.ts'
import { leaving } from './decisions.ts'
import { tellSeat } from './notices.ts'
import type { RoomSession } from './queries.ts'
import { seatEnded } from './refusals.ts'
import { RoomLog } from './room-log.ts'
import { RoomMedia } from './room-media.ts'
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

export class LiveRoom {
  readonly session: RoomSession
  readonly events: RoomLog
  readonly media: RoomMedia
  readonly #log: Logger
  readonly #seats = new Set<Seat>()
  readonly #lost: Absences
  readonly #orphans: Absences
  readonly #stopHearing: () => void
  readonly #isSignedIn: LiveRoomOptions['isSignedIn']
  /** The node was away: which of our peers it still has is to be asked. */
  #unclaimed = false
  #usedAt = 0
  #shut = false

  constructor({ db, bus, pool, log, session, graceMs, isSignedIn }: LiveRoomOptions) {
    this.session = session
    this.#log = log.child({ sessionId: session.id })
    this.#lost = new Absences(graceMs)
    this.#orphans = new Absences(graceMs)
    this.#isSignedIn = isSignedIn
    this.events = new RoomLog({
      db,
      bus,
      sessionId: session.id,
      hear: (...heard) => this.#onEvent(...heard),
      onError: this.#onError,
    })
    const node = pool.nodeOf(session.id)
    this.media = new RoomMedia(session.id, node, (heard) => this.#onMedia(heard))
    this.#stopHearing = node.onUp(() => {
      this.#unclaimed = true
      this.#reclaim().catch(this.#onError)
    })
  }

  get state(): RoomState {
    return this.events.state
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
    for (const other of [...this.#seats])
      if (other !== seat && other.peerId === seat.peerId) this.#end(other, 'replaced')
    seat.take()
    seat.socket.onClose(() => void this.#lose(seat).catch(this.#onError))
  }

  /** The seat is no more, and nobody speaks for its peer: its media are closed. */
  close(seat: Seat, end: SeatEnd): void {
    if (!this.#seats.has(seat)) return
    this.#end(seat, end)
    this.closePeer(seat.peerId)
  }

  /** A seat that came to nothing; its peer is somebody's still, and stays. */
  withdraw(seat: Seat): void {
    this.#seats.delete(seat)
  }

  closePeer(peerId: string): void {
    this.media.forget(peerId)
    if (this.media.nodeUp) this.media.ask(peerId, 'peer.close', {}).catch(() => undefined)
  }

  /** Makes the room true again: missed events, missed notices, people whose media are gone for good. */
  async reconcile(): Promise<void> {
    await this.events.catchUp()
    if (!this.media.nodeUp) return this.#lost.clear()
    if (this.state.phase === 'closed' && this.media.peerIds().length > 0) await this.media.closeRoom()
    if (this.state.phase !== 'open') return
    await (this.#unclaimed ? this.#reclaim() : this.media.attach())
    const people = this.state.people.map((p) => p.peerId)
    for (const peerId of this.#lost.past(people.filter((p) => !this.media.has(p))))
      await this.#leaveLost(peerId)
    const known = new Set([...people, ...[...this.#seats].map((seat) => seat.peerId)])
    for (const peerId of this.#orphans.past(this.media.peerIds().filter((p) => !known.has(p))))
      this.closePeer(peerId)
  }

  /** Lets go of the room; nobody is told, the node keeps its peers for their grace. */
  shut(): void {
    this.#shut = true
    this.#stopHearing()
    this.events.close()
    this.media.close()
    this.#seats.clear()
  }

  readonly #onError = (err: unknown) => this.#log.warn({ err }, 'a room is behind; it will be tried again')

  #tellAll(tell: (seat: Seat) => void): void {
    for (const seat of [...this.#seats]) if (seat.taken) tell(seat)
  }

  #end(seat: Seat, end: SeatEnd): void {
    this.#seats.delete(seat)
    seat.finish(end)
    const sessionId = this.session.id
    // A page that joins once more on its own socket has replaced nobody.
    const elsewhere = ![...this.#seats].some((other) => other.socket === seat.socket)
    if (end === 'replaced' && elsewhere) seat.tell('room.replaced', { sessionId })
    if (end === 'removed') seat.tell('room.removed', { sessionId })
  }

  /** The socket went without a word: its page has a minute to come back, unless its person signed out. */
  async #lose(seat: Seat): Promise<void> {
    if (!this.#seats.delete(seat)) return
    seat.finish('lost')
    if (this.media.nodeUp) this.media.ask(seat.peerId, 'peer.release', {}).catch(() => undefined)
    if (this.#shut || (await this.#isSignedIn(seat.socket.who.loginId))) return
    await this.events.decide(leaving(seat.peerId, 'left'))
    this.closePeer(seat.peerId)
  }

  #onEvent(event: RoomEvent, before: RoomState): void {
    this.#tellAll((seat) => seat.tell(event.kind, event))
    const { kind, data } = event
    if (kind === 'peer.joined') this.#onJoined(data, findPerson(before, data.userId)?.peerId)
    if (kind === 'peer.left')
      this.#closeSeats((s) => s.peerId === data.peerId, data.reason === 'lost' ? 'lost' : 'left')
    if (kind === 'peer.left') this.media.forget(data.peerId)
    if (kind === 'peer.removed') this.#closeSeats((s) => s.userId === data.userId, 'removed')
    if (kind === 'room.closed') this.#onClosed()
  }

  #onJoined({ userId, peerId }: { userId: string; peerId: string }, previous: string | undefined): void {
    if (!this.media.has(peerId)) this.media.add(peerId)
    if (previous && previous !== peerId) this.media.forget(previous)
    this.#closeSeats((seat) => seat.taken && seat.userId === userId && seat.peerId !== peerId, 'replaced')
  }

  #onClosed(): void {
    for (const seat of [...this.#seats]) this.#end(seat, 'ended')
    this.media.closeRoom().catch(() => undefined)
  }

  #closeSeats(which: (seat: Seat) => boolean, end: SeatEnd): void {
    for (const seat of [...this.#seats].filter(which)) this.close(seat, end)
  }

  #onMedia(heard: RoomHeard): void {
    const { name, data } = heard
    if (name === 'peer.closed') void (data.reason === 'unclaimed' && this.#leaveLost(data.peerId))
    else if (name === 'room.lost') void this.#rebuild(data.peerIds)
    else for (const seat of [...this.#seats]) tellSeat(seat, heard)
  }

  /** The worker died: the room is made anew on another, and its people make their media anew. */
  async #rebuild(peerIds: string[]): Promise<void> {
    this.media.detached()
    for (const peerId of peerIds)
      this.#tellAll((seat) => seat.tell('peer.connection', { peerId, connection: 'reconnecting' }))
    await this.media.capabilities().catch(() => undefined)
    this.#tellAll((seat) => void (peerIds.includes(seat.peerId) && seat.tell('media.lost', {})))
  }

  /** The node is back: it is asked for each peer of this server's seats, which may have died with it. */
  async #reclaim(): Promise<void> {
    await this.media.attach()
    this.#unclaimed = false
    const seats = [...this.#seats].filter((seat) => seat.taken)
    const claimed = await Promise.allSettled(seats.map((seat) => this.#claim(seat)))
    if (claimed.some((one) => one.status === 'rejected')) this.#unclaimed = true
  }

  async #claim(seat: Seat): Promise<void> {
    const { found, consumers } = await this.media.ask(seat.peerId, 'peer.resume', {})
    if (found) for (const consumer of consumers) seat.tell('consumer.opened', consumer)
    else seat.tell('media.lost', {})
  }

  async #leaveLost(peerId: string): Promise<void> {
    await this.events.decide(leaving(peerId, 'lost')).catch(this.#onError)
  }
}
