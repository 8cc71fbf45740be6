/** A room's events as this server knows them: folded in order, and decided on under the session's lock. */
import { emptyRoom, fold, roomEvent, type NewRoomEvent, type RoomEvent } from '@peerlearn/contract/room-state'
import type { RoomState } from '@peerlearn/contract/room-state'
import type { Bus } from '../bus.ts'
import type { Db, DbOrTrx } from '../db.ts'
import { appendRoomEvent, findRoomEvents, publishRoomEvents, roomChannel } from '../room-events.ts'
import { lockRoomSession, type RoomSession } from './queries.ts'

/** What is to happen, from the room as it is now; throwing refuses. */
export type Decision = (state: RoomState, session: RoomSession) => NewRoomEvent[]

export interface RoomLogOptions {
  db: Db
  bus: Bus
  sessionId: string
  /** Every event once, in order, after it was folded in. */
  hear: (event: RoomEvent, before: RoomState) => void
  onError: (error: unknown) => void
}

export class RoomLog {
  readonly #options: RoomLogOptions
  readonly #unsubscribe: () => void
  #state: RoomState
  /** Decisions of one server wait here, not in the database's pool. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: RoomLogOptions) {
    this.#options = options
    this.#state = emptyRoom(options.sessionId)
    this.#unsubscribe = options.bus.subscribe(roomChannel(options.sessionId), (message) => {
      const event = roomEvent.safeParse(message)
      if (event.success) this.#take(event.data)
      else options.onError(event.error)
    })
  }

  get state(): RoomState {
    return this.#state
  }

  /** Fetches what this server has not heard: at the start, and whenever the bus lost something. */
  async catchUp(db: DbOrTrx = this.#options.db): Promise<void> {
    for (const event of await findRoomEvents(db, this.#options.sessionId, this.#state.seq)) this.#take(event)
  }

  /**
   * In one transaction: locks the session's row, looks at the room as it truly is, refuses or appends. Tells all
   * servers after the commit.
   * @returns the events appended
   */
  decide(decision: Decision): Promise<RoomEvent[]> {
    const turn = this.#last.then(() => this.#decideNow(decision))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  close(): void {
    this.#unsubscribe()
  }

  async #decideNow(decision: Decision): Promise<RoomEvent[]> {
    const { db, bus, sessionId } = this.#options
    const events = await db.transaction().execute(async (trx) => {
      const session = await lockRoomSession(trx, sessionId)
      if (session.roomSeq > this.#state.seq) await this.catchUp(trx)
      const appended: RoomEvent[] = []
      for (const event of decision(this.#state, session))
        appended.push(await appendRoomEvent(trx, sessionId, event))
      return appended
    })
    for (const event of events) this.#take(event)
    publishRoomEvents(bus, events)
    return events
  }

  #take(event: RoomEvent): void {
    const before = this.#state
    if (event.seq <= before.seq) return
    if (event.seq > before.seq + 1) return void this.catchUp().catch(this.#options.onError)
    this.#state = fold(before, event)
    this.#options.hear(event, before)
  }
}
