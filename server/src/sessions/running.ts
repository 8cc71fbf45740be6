/** The live part of a session: start opens its room, end closes it; both are rows of the room's truth. */
import { AppError } from '@peerlearn/contract/errors'
import { startHours, type Session, type SessionStatus } from '@peerlearn/contract/sessions'
import type { NewRoomEvent, RoomEvent } from '@peerlearn/contract/room-state'
import { sql } from 'kysely'
import type { Bus } from '../bus.ts'
import type { DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { nothingToTell, type Note, type TellNow } from '../notifications/notifications.ts'
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
export const startSession = (deps: RunningDeps, order: Order): Promise<Session> =>
  change(deps, order, {
    from: 'scheduled',
    to: 'live',
    kind: 'room.opened',
    notice: 'session.started',
    noteOf: ({ id, title }) => ({
      kind: 'reminder',
      mail: false,
      title: 'Your session has started',
      message: `“${title}” is live. Come in!`,
      link: `/sessions/${id}/room`,
    }),
  })

/** Ends the session for all. Repeating it is harmless. @throws AppError `not-open` before it has started */
export const endSession = (deps: RunningDeps, order: Order): Promise<Session> =>
  change(deps, order, {
    from: 'live',
    to: 'ended',
    kind: 'room.closed',
    notice: 'session.ended',
    noteOf: ({ id, title }) => ({
      kind: 'session',
      mail: false,
      title: 'How was it?',
      message: `“${title}” has ended. Tell others what it was like.`,
      link: `/sessions/${id}`,
    }),
  })

interface Step {
  from: SessionStatus
  to: 'live' | 'ended'
  kind: 'room.opened' | 'room.closed'
  notice: 'session.started' | 'session.ended'
  noteOf: (session: LockedSession) => Note
}

async function change(deps: RunningDeps, { sessionId, who }: Order, step: Step): Promise<Session> {
  const tellNow = await deps.db.transaction().execute(async (trx): Promise<TellNow> => {
    const session = await lockSession(trx, sessionId)
    if (who) requireOwn(session, who.userId)
    if (session.status === step.to) return nothingToTell
    requireStatus(session, [step.from])
    if (step.to === 'live') await refuseEarly(trx, session)
    await setStatus(trx, sessionId, step.to)
    if (step.to === 'ended') await deps.jobs.send(trx, 'attendance.close', { sessionId })
    const event = toEvent(step.kind, who?.userId ?? null, session.staged)
    return announce(deps, trx, session, step, await appendRoomEvent(trx, sessionId, event))
  })
  await tellNow()
  return getSession(deps.db, sessionId)
}

/** With its start ends the right to one's money back: a class that was paid for begins about when it was announced. */
async function refuseEarly(trx: DbOrTrx, { id, startsAt }: LockedSession): Promise<void> {
  if (startsAt.getTime() <= Date.now() + startHours * 3_600_000) return
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
      `People have paid for the time that was announced. Start it ${startHours} hours before that at the earliest.`,
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
  { bus, tell, willTell }: RunningDeps,
  trx: DbOrTrx,
  session: LockedSession,
  { notice, noteOf }: Step,
  event: RoomEvent,
): Promise<TellNow> {
  const { id: sessionId, mentorId, title } = session
  const learners = await findSeatHolders(trx, sessionId)
  const tellNotes = await willTell(trx, [{ to: learners, note: noteOf(session) }])
  return () => {
    publishRoomEvents(bus, [event])
    tell.people([mentorId, ...learners], notice, { sessionId, title })
    return tellNotes()
  }
}
