/** Sessions as rows: the columns that a reader sees, and the lock under which seats and states change. */
import { AppError, type ErrorCode } from '@peerlearn/contract/errors'
import type { Session, SessionStatus } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { toMentor } from '../users/queries.ts'

/** Seats left of `session`, counted from the bookings: an index-only look at one session's seats. */
export const seatsLeft = sql<number>`(session.capacity - (select count(*) from booking
  where booking.session_id = session.id and booking.seat is not null
    and (booking.held_until is null or booking.held_until > now())))::int`

/** Sessions with their mentors, in the columns of the contract's Session. */
export const selectSessions = (db: DbOrTrx) =>
  db
    .selectFrom('session')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select([
      'session.id',
      'session.title',
      'session.description',
      'session.starts_at as startsAt',
      'session.duration_minutes as durationMinutes',
      'session.capacity',
      'session.staged',
      seatsLeft.as('seatsLeft'),
      'session.price_paise as pricePaise',
      'session.booking_closes_minutes as bookingClosesMinutes',
      'session.min_learners as minLearners',
      'session.refund_full_hours as fullHours',
      'session.refund_half_hours as halfHours',
      'session.skills',
      'session.status',
      'session.started_at as startedAt',
      'session.ended_at as endedAt',
      'mentor.id as mentorId',
      'mentor.name as mentorName',
      'mentor.bio as mentorBio',
      'mentor.skills as mentorSkills',
      'mentor.image_version as mentorImage',
      'mentor.rating_sum as ratingSum',
      'mentor.rating_count as ratings',
    ])

export type SessionRow = Awaited<ReturnType<ReturnType<typeof selectSessions>['execute']>>[number]

export const toSession = (row: SessionRow): Session => ({
  id: row.id,
  title: row.title,
  description: row.description,
  mentor: toMentor({
    id: row.mentorId,
    name: row.mentorName,
    bio: row.mentorBio,
    skills: row.mentorSkills,
    image_version: row.mentorImage,
    rating_sum: row.ratingSum,
    rating_count: row.ratings,
  }),
  startsAt: row.startsAt.toISOString(),
  durationMinutes: row.durationMinutes,
  capacity: row.capacity,
  staged: row.staged,
  seatsLeft: row.seatsLeft,
  pricePaise: row.pricePaise,
  bookingClosesMinutes: row.bookingClosesMinutes,
  minLearners: row.minLearners,
  refund: { fullHours: row.fullHours, halfHours: row.halfHours },
  skills: row.skills,
  status: row.status,
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
})

/** @throws AppError `not-found` */
export async function getSession(db: DbOrTrx, id: string): Promise<Session> {
  const row = await selectSessions(db).where('session.id', '=', id).executeTakeFirst()
  if (!row) throw noSession()
  return toSession(row)
}

/**
 * Locks the session's row until the transaction ends. Everything that changes a seat or a state of a session takes
 * this lock first and others after it, so such changes happen one after another and never deadlock.
 */
export async function lockSession(trx: DbOrTrx, id: string) {
  const row = await trx
    .selectFrom('session')
    .select([
      'id',
      'mentor_id as mentorId',
      'title',
      'capacity',
      'staged',
      'price_paise as pricePaise',
      'starts_at as startsAt',
      'duration_minutes as durationMinutes',
      'status',
      'min_learners as minLearners',
      'refund_full_hours as fullHours',
      'refund_half_hours as halfHours',
      'moved_at as movedAt',
      isPast.as('past'),
      isClosed.as('closed'),
      sql<Date>`clock_timestamp()`.as('now'),
    ])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!row) throw noSession()
  return row
}
export type LockedSession = Awaited<ReturnType<typeof lockSession>>

/** Has its planned end passed? */
const isPast = sql<boolean>`(session.starts_at + session.duration_minutes * interval '1 minute' < now())`

/** Has booking closed before the start? */
const isClosed = sql<boolean>`(session.booking_closes_minutes > 0
  and session.starts_at - session.booking_closes_minutes * interval '1 minute' <= now())`

/** @throws AppError when the person is not the session's own mentor */
export function requireOwn(session: { mentorId: string }, userId: string): void {
  if (session.mentorId !== userId) throw new AppError('forbidden', 'This is another mentor’s session.')
}

const refusals: Record<SessionStatus, [ErrorCode, string]> = {
  scheduled: ['not-open', 'This session has not started yet.'],
  live: ['session-started', 'This session has started.'],
  ended: ['session-ended', 'This session has ended.'],
  cancelled: ['session-cancelled', 'This session was cancelled.'],
}

/** Refuses a session whose status is none of these, in words that tell its status. */
export function requireStatus(session: { status: SessionStatus }, allowed: readonly SessionStatus[]): void {
  if (!allowed.includes(session.status)) throw new AppError(...refusals[session.status])
}

const noSession = () => new AppError('not-found', 'There is no such session.')
