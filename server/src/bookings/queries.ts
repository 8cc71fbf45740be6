/** What others ask of bookings. */
import type { Booking } from '@peerlearn/contract/bookings'
import { sql } from 'kysely'
import type { BookedSession } from '@peerlearn/contract/bookings'
import type { DbOrTrx } from '../db.ts'
import { bookingColumns, toBooking } from '../sessions/seats.ts'

/** The person's confirmed booking of the session: the right to be in its room. */
export async function findSeat(db: DbOrTrx, sessionId: string, userId: string): Promise<Booking | undefined> {
  const row = await db
    .selectFrom('booking')
    .select(bookingColumns)
    .where('booking.session_id', '=', sessionId)
    .where('booking.learner_id', '=', userId)
    .where('booking.status', '=', 'confirmed')
    .executeTakeFirst()
  return row && toBooking(row)
}

/** A learner's bookings, one a session (the newest): those to come by time, then past ones, latest first. */
export async function findBookedSessions(db: DbOrTrx, learnerId: string): Promise<BookedSession[]> {
  const rows = await db
    .with('newest', (cte) =>
      cte
        .selectFrom('booking')
        .distinctOn('booking.session_id')
        .select(bookingColumns)
        .where('booking.learner_id', '=', learnerId)
        .orderBy('booking.session_id')
        .orderBy('booking.created_at', 'desc')
        .orderBy('booking.id', 'desc'),
    )
    .selectFrom('newest')
    .innerJoin('session', 'session.id', 'newest.sessionId')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .leftJoin('feedback', (join) =>
      join.onRef('feedback.session_id', '=', 'session.id').on('feedback.account_id', '=', learnerId),
    )
    .selectAll('newest')
    .select([
      'session.title',
      'session.starts_at',
      'session.duration_minutes',
      'session.status as sessionStatus',
    ])
    .select(['mentor.name as mentorName', 'feedback.id as feedbackId', isToCome.as('toCome')])
    .orderBy('toCome', 'desc')
    .orderBy(sql`case when ${isToCome} then session.starts_at end`)
    .orderBy('session.starts_at', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    booking: toBooking(row),
    title: row.title,
    mentorName: row.mentorName,
    startsAt: row.starts_at.toISOString(),
    durationMinutes: row.duration_minutes,
    sessionStatus: row.sessionStatus,
    gaveFeedback: row.feedbackId !== null,
  }))
}

const isToCome = sql<boolean>`(newest.status in ('held', 'confirmed') and (session.status = 'live' or (
  session.status = 'scheduled' and session.starts_at + session.duration_minutes * interval '1 minute' > now())))`
