/** The live part of a session: start opens its room, end closes it; both are rows of the room's truth. */
import { AppError } from '@peerlearn/contract/errors'
import type { Session, SessionStatus } from '@peerlearn/contract/sessions'
import type { NewRoomEvent, RoomEvent } from '@peerlearn/contract/room-state'
import { sql } from 'kysely'
import type { Bus } from '../bus.ts'
import type { DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Note } from '../notifications/notifications.ts'
import { appendRoomEvent, publishRoomEvents } from '../room-events.ts'
import { getSession, lockSession, requireOwn, requireStatus, type LockedSession } from './queries.ts'
import { findSeatHolders } from './seats.ts'
import type { SessionDeps } from './sessions.ts'

export interface RunningDeps extends SessionDeps {
  bus: Bus
  jobs: Jobs
}

interface Order {
  sessionId: string
  /** The own mentor; null for the server itself, which ends abandoned sessions. */
  who: { userId: string } | null
}

/**
 * Opens the room of the mentor's own session, at any time while it is scheduled; tells the mentor and everybody with a
 * seat. Repeating it is harmless. @throws AppError `forbidden`, `session-ended`, `session-cancelled`, `not-found`
 */
export async function startSession(deps: RunningDeps, order: Order): Promise<Session> {
  const event = await change(deps, order, { from: 'scheduled', to: 'live', kind: 'room.opened' })
  const session = await getSession(deps.db, order.sessionId)
  if (!event) return session
  await announce(deps, session, 'session.started', event, {
    kind: 'reminder',
    mail: false,
    title: 'Your session has started',
    message: `“${session.title}” is live. Come in!`,
    link: `/sessions/${session.id}/room`,
  })
  return session
}

/** Ends the session for all. Repeating it is harmless. @throws AppError `not-open` before it has started */
export async function endSession(deps: RunningDeps, order: Order): Promise<Session> {
  const event = await change(deps, order, { from: 'live', to: 'ended', kind: 'room.closed' })
  const session = await getSession(deps.db, order.sessionId)
  if (!event) return session
  await announce(deps, session, 'session.ended', event, {
    kind: 'session',
    mail: false,
    title: 'How was it?',
    message: `“${session.title}” has ended. Tell others what it was like.`,
    link: `/sessions/${session.id}`,
  })
  return session
}

interface Step {
  from: SessionStatus
  to: 'live' | 'ended'
  kind: 'room.opened' | 'room.closed'
}

/** @returns the room's event, or undefined when the session had this status before */
async function change({ db, jobs }: RunningDeps, { sessionId, who }: Order, step: Step) {
  return db.transaction().execute(async (trx): Promise<RoomEvent | undefined> => {
    const session = await lockSession(trx, sessionId)
    if (who) requireOwn(session, who.userId)
    if (session.status === step.to) return undefined
    requireStatus(session, [step.from])
    if (step.to === 'live') await refuseEarly(trx, session)
    await setStatus(trx, sessionId, step.to)
    if (step.to === 'ended') await jobs.send(trx, 'attendance.close', { sessionId })
    return appendRoomEvent(trx, sessionId, toEvent(step.kind, who?.userId ?? null, session.staged))
  })
}

const earlyHours = 2

/** With its start ends the right to one's money back: a class that was paid for begins about when it was announced. */
async function refuseEarly(trx: DbOrTrx, { id, startsAt }: LockedSession): Promise<void> {
  if (startsAt.getTime() <= Date.now() + earlyHours * 3_600_000) return
  const paid = await trx
    .selectFrom('booking')
    .select('id')
    .where('session_id', '=', id)
    .where('status', '=', 'confirmed')
    .where('paid_paise', '>', 0)
    .limit(1)
    .executeTakeFirst()
  if (paid)
    throw new AppError(
      'not-open',
      `People have paid for the time that was announced. Start it ${earlyHours} hours before that at the earliest.`,
    )
}

/** Whether the room has a stage is said once, as it opens. */
const toEvent = (kind: Step['kind'], actorId: string | null, staged: boolean): NewRoomEvent =>
  kind === 'room.opened' ? { kind, actorId, data: { staged } } : { kind, actorId, data: {} }

const setStatus = (trx: DbOrTrx, sessionId: string, status: 'live' | 'ended') =>
  trx
    .updateTable('session')
    .set({ status, [status === 'live' ? 'started_at' : 'ended_at']: sql`now()` })
    .where('id', '=', sessionId)
    .execute()

async function announce(
  { db, bus, tell, notify }: RunningDeps,
  session: Session,
  notice: 'session.started' | 'session.ended',
  event: RoomEvent,
  note: Note,
): Promise<void> {
  publishRoomEvents(bus, [event])
  const learners = await findSeatHolders(db, session.id)
  tell.people([session.mentor.id, ...learners], notice, { sessionId: session.id, title: session.title })
  await notify(learners, note)
}
