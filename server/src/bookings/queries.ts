/** What others ask of bookings. */
import type { Booking } from '@peerlearn/contract/bookings'
import { sql } from 'kysely'
import type { BookedSession } from '@peerlearn/contract/bookings'
import type { DbOrTrx } from '../db.ts'
import { isRemoved } from '../room-events.ts'
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

/**
 * A person's seats, and those that they bought for guests: of each session the newest own one, and guests' that are taken.
 * Those to come by time, then past ones, latest first.
 */
export async function findBookedSessions(db: DbOrTrx, userId: string): Promise<BookedSession[]> {
  const rows = await db
    .with('newest', (cte) =>
      cte
        .selectFrom('booking')
        .distinctOn(['booking.session_id', guestSeat])
        .select(bookingColumns)
        .select('booking.buyer_id as buyerId')
        .where((eb) => eb.or([eb('booking.learner_id', '=', userId), eb('booking.buyer_id', '=', userId)]))
        .where(sql<boolean>`(booking.learner_id is not distinct from ${userId} or booking.seat is not null)`)
        .orderBy('booking.session_id')
        .orderBy(guestSeat)
        .orderBy('booking.created_at', 'desc')
        .orderBy('booking.id', 'desc'),
    )
    .selectFrom('newest')
    .innerJoin('session', 'session.id', 'newest.sessionId')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .leftJoin('account as seated', 'seated.id', 'newest.learnerId')
    .leftJoin('purchase', (join) =>
      join.onRef('purchase.id', '=', 'newest.purchaseId').on('newest.status', '=', 'held'),
    )
    .leftJoin('feedback', (join) =>
      join.onRef('feedback.session_id', '=', 'session.id').on('feedback.account_id', '=', userId),
    )
    .selectAll('newest')
    .select([
      'session.title',
      'session.starts_at',
      'session.duration_minutes',
      'session.status as sessionStatus',
    ])
    .select(['mentor.id as mentorId', 'mentor.name as mentorName', 'seated.name as seatedName'])
    .select(['feedback.id as feedbackId', isToCome.as('toCome'), attendedBy(userId).as('attendedSeconds')])
    .select(isRemoved(userId).as('removed'))
    .select(['purchase.amount_paise as duePaise', 'purchase.quantity'])
    .orderBy('toCome', 'desc')
    .orderBy(sql`case when ${isToCome} then session.starts_at end`)
    .orderBy('session.starts_at', 'desc')
    .orderBy(sql`newest."learnerId" is distinct from ${userId}`)
    .orderBy('newest.id')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    booking: toBooking(row),
    title: row.title,
    mentorId: row.mentorId,
    mentorName: row.mentorName,
    startsAt: row.starts_at.toISOString(),
    durationMinutes: row.duration_minutes,
    sessionStatus: row.sessionStatus,
    removed: row.removed,
    gaveFeedback: row.feedbackId !== null,
    attendedSeconds: row.learnerId === userId ? row.attendedSeconds : null,
    own: row.learnerId === userId,
    bought: row.buyerId === userId,
    guestName: row.learnerId === userId ? null : row.seatedName,
    due:
      row.buyerId !== userId || row.duePaise === null || row.quantity === null
        ? null
        : { amountPaise: row.duePaise, seats: row.quantity },
  }))
}

/** Each guest's seat stands for itself; one's own are one a session. */
const guestSeat = sql`(case when booking.learner_id is distinct from booking.buyer_id then booking.id end)`

const attendedBy = (userId: string) => sql<number | null>`(select seconds from attendance
  where attendance.session_id = session.id and attendance.account_id = ${userId} order by revision desc limit 1)`

const isToCome = sql<boolean>`(newest.status in ('held', 'confirmed') and (session.status = 'live' or (
  session.status = 'scheduled' and session.starts_at + session.duration_minutes * interval '1 minute' > now())))`
