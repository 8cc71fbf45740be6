/** Sessions as one reader sees them: a visitor or learner in detail, a mentor with who booked. */
import type { SessionDetail, sessionRoutes } from '@peerlearn/contract/sessions'
import type { ResponseOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { isRemoved } from '../room-events.ts'
import { getSession, selectSessions, toSession } from './queries.ts'
import { bookingColumns, findBookingOf, seatIsTaken, toBooking } from './seats.ts'
import { countWaiting, findWaiting } from './waiting.ts'

/** One session with the reader's booking. @throws AppError `not-found` */
export async function readSession(
  db: DbOrTrx,
  sessionId: string,
  userId: string | undefined,
): Promise<SessionDetail> {
  const session = await getSession(db, sessionId)
  const feedback = await findFeedback(db, sessionId)
  const booking = userId ? await findBookingOf(db, sessionId, userId) : undefined
  const gave =
    userId !== undefined &&
    (await db
      .selectFrom('feedback')
      .select('id')
      .where('session_id', '=', sessionId)
      .where('account_id', '=', userId)
      .executeTakeFirst()) !== undefined
  return {
    session,
    seriesId: await findSeriesId(db, sessionId),
    booking: booking ?? null,
    guests: userId ? await findGuests(db, sessionId, userId) : [],
    waiting: (userId && (await findWaiting(db, sessionId, userId))) || null,
    waitingCount: await countWaiting(db, sessionId),
    mine: session.mentor.id === userId,
    removed: userId !== undefined && (await findRemoved(db, sessionId, userId)),
    gaveFeedback: gave,
    feedback,
  }
}

async function findSeriesId(db: DbOrTrx, sessionId: string): Promise<string | null> {
  const row = await db
    .selectFrom('session')
    .select('series_id')
    .where('id', '=', sessionId)
    .executeTakeFirst()
  return row?.series_id ?? null
}

async function findRemoved(db: DbOrTrx, sessionId: string, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('session')
    .select(isRemoved(userId).as('removed'))
    .where('session.id', '=', sessionId)
    .executeTakeFirst()
  return row?.removed ?? false
}

/** The live seats that this person bought for guests, with who took them. */
async function findGuests(db: DbOrTrx, sessionId: string, buyerId: string): Promise<SessionDetail['guests']> {
  const rows = await db
    .selectFrom('booking')
    .leftJoin('account', 'account.id', 'booking.learner_id')
    .select(bookingColumns)
    .select('account.name')
    .where('booking.session_id', '=', sessionId)
    .where('booking.buyer_id', '=', buyerId)
    .where(sql<boolean>`booking.learner_id is distinct from booking.buyer_id`)
    .where(seatIsTaken)
    .orderBy('booking.seat')
    .execute()
  return rows.map(({ name, ...row }) => ({ booking: toBooking(row), name }))
}

/** The newest fifty. */
async function findFeedback(db: DbOrTrx, sessionId: string): Promise<SessionDetail['feedback']> {
  const rows = await db
    .selectFrom('feedback')
    .innerJoin('account', 'account.id', 'feedback.account_id')
    .select([
      'feedback.id',
      'account.name',
      'feedback.rating',
      'feedback.comment',
      'feedback.created_at as createdAt',
    ])
    .where('feedback.session_id', '=', sessionId)
    .orderBy('feedback.created_at', 'desc')
    .limit(50)
    .execute()
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}

/** Tells which of these people have a socket open. */
export type FindOnline = (userIds: string[]) => Promise<Set<string>>

/** The mentor's own sessions, the latest 200, each with who holds a seat. */
export async function readTaught(
  { db, findOnline }: { db: DbOrTrx; findOnline: FindOnline },
  mentorId: string,
): Promise<ResponseOf<typeof sessionRoutes.mentorData>> {
  const rows = await selectSessions(db)
    .select('session.series_id as seriesId')
    .where('session.mentor_id', '=', mentorId)
    .orderBy('session.starts_at', 'desc')
    .limit(200)
    .execute()
  const bookings = await findTaken(
    db,
    rows.map((row) => row.id),
  )
  const online = await findOnline([...new Set(bookings.flatMap((booking) => booking.learnerId ?? []))])
  return {
    items: rows.map((row) => ({
      session: toSession(row),
      seriesId: row.seriesId,
      bookings: bookings
        .filter((booking) => booking.sessionId === row.id)
        .map(({ sessionId: _, bookedAt, ...rest }) => ({
          ...rest,
          bookedAt: bookedAt.toISOString(),
          online: rest.learnerId !== null && online.has(rest.learnerId),
        })),
    })),
  }
}

async function findTaken(db: DbOrTrx, sessionIds: string[]) {
  if (sessionIds.length === 0) return []
  return db
    .selectFrom('booking')
    .innerJoin('account as buyer', 'buyer.id', 'booking.buyer_id')
    .leftJoin('account', 'account.id', 'booking.learner_id')
    .select(['booking.id', 'booking.session_id as sessionId', 'booking.learner_id as learnerId'])
    .select(sql<string>`coalesce(account.name, 'Guest of ' || buyer.name)`.as('name'))
    .select(['booking.status', 'booking.created_at as bookedAt'])
    .where('booking.session_id', 'in', sessionIds)
    .where(seatIsTaken)
    .orderBy('booking.created_at')
    .$narrowType<{ status: 'held' | 'confirmed' }>()
    .execute()
}
