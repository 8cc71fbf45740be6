import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { CalendarSession } from './events.ts'

const columns = [
  'session.id',
  'session.title',
  'session.description',
  'mentor.name as mentorName',
  'session.starts_at as startsAt',
  'session.duration_minutes as durationMinutes',
  'session.created_at as createdAt',
  'session.moved_at as movedAt',
] as const

const selectSessions = (db: DbOrTrx) =>
  db.selectFrom('session').innerJoin('account as mentor', 'mentor.id', 'session.mentor_id').select(columns)

/** Has this person a seat in it, or teaches it? */
const isMine = (userId: string) => sql<boolean>`(session.mentor_id = ${userId} or exists (select from booking
  where booking.session_id = session.id and booking.learner_id = ${userId} and booking.status = 'confirmed'))`

const isOff = (userId: string) => sql<boolean>`(session.status = 'cancelled' or not ${isMine(userId)})`

/** What the person teaches and attends, from three months ago on; also what they no longer do, so that calendars drop it. */
export const findCalendar = (db: DbOrTrx, userId: string): Promise<CalendarSession[]> =>
  selectSessions(db)
    .select(isOff(userId).as('off'))
    .where(sql<boolean>`session.starts_at > now() - interval '90 days'`)
    .where(
      sql<boolean>`(session.mentor_id = ${userId} or session.id in (select session_id from booking
        where learner_id = ${userId} and (status = 'confirmed' or (status = 'cancelled' and paid_paise > 0)
          or ended_because in ('cancelled', 'moved', 'session-cancelled', 'too-few', 'suspended', 'removed'))))`,
    )
    .orderBy('session.starts_at')
    .limit(1000)
    .execute()

/** One session as this person's calendar is to have it. */
export const findCalendarSession = (
  db: DbOrTrx,
  sessionId: string,
  userId: string,
): Promise<CalendarSession | undefined> =>
  selectSessions(db).select(isOff(userId).as('off')).where('session.id', '=', sessionId).executeTakeFirst()

/** The newest address of the person is the only one. */
export const setFeed = (db: DbOrTrx, userId: string, hash: Buffer) =>
  db
    .insertInto('calendar_feed')
    .values({ account_id: userId, hash })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet({ hash, created_at: sql<Date>`now()` }),
    )
    .execute()

export const endFeed = (db: DbOrTrx, userId: string) =>
  db.deleteFrom('calendar_feed').where('account_id', '=', userId).execute()

export async function findFeed(db: DbOrTrx, userId: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom('calendar_feed')
    .select('created_at')
    .where('account_id', '=', userId)
    .executeTakeFirst()
  return row?.created_at
}

/** Whose address it is, unless they are suspended. */
export async function findFeedOwner(db: DbOrTrx, hash: Buffer): Promise<string | undefined> {
  const row = await db
    .selectFrom('calendar_feed')
    .innerJoin('account', 'account.id', 'calendar_feed.account_id')
    .select('account.id')
    .where('calendar_feed.hash', '=', hash)
    .where('account.suspended_at', 'is', null)
    .executeTakeFirst()
  return row?.id
}
