/** When mentors teach, as rows; the arithmetic of days and clocks is the contract's. */
import { AppError } from '@peerlearn/contract/errors'
import { isWithin, windowsOf, without, type Availability, type Slot } from '@peerlearn/contract/availability'
import { dayOf } from '@peerlearn/contract/time-zone'
import { sql } from 'kysely'
import type { Db, DbOrTrx } from '../db.ts'

/** @throws AppError `not-found` */
export async function readAvailability(db: DbOrTrx, mentorId: string): Promise<Availability> {
  const [account, hours, exceptions] = await Promise.all([
    db.selectFrom('account').select('time_zone').where('id', '=', mentorId).executeTakeFirst(),
    db
      .selectFrom('availability_hours')
      .select(['weekday', 'from_minute as fromMinute', 'to_minute as toMinute'])
      .where('mentor_id', '=', mentorId)
      .orderBy('weekday')
      .orderBy('from_minute')
      .execute(),
    db
      .selectFrom('availability_exception')
      .select([sql<string>`day::text`.as('day'), 'ranges'])
      .where('mentor_id', '=', mentorId)
      .orderBy('day')
      .execute(),
  ])
  if (!account) throw new AppError('not-found', 'There is no such mentor.')
  return { timeZone: account.time_zone, hours, exceptions }
}

/** All of it at once; exceptions of days gone by are let go. */
export async function setAvailability(db: Db, mentorId: string, wish: Availability): Promise<Availability> {
  const today = dayOf(Date.now(), wish.timeZone).toString()
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('account').set({ time_zone: wish.timeZone }).where('id', '=', mentorId).execute()
    await trx.deleteFrom('availability_hours').where('mentor_id', '=', mentorId).execute()
    await trx.deleteFrom('availability_exception').where('mentor_id', '=', mentorId).execute()
    const hours = wish.hours.map(({ weekday, fromMinute, toMinute }) => ({
      mentor_id: mentorId,
      weekday,
      from_minute: fromMinute,
      to_minute: toMinute,
    }))
    if (hours.length > 0) await trx.insertInto('availability_hours').values(hours).execute()
    const exceptions = wish.exceptions
      .filter(({ day }) => day >= today)
      .map(({ day, ranges }) => ({ mentor_id: mentorId, day, ranges: JSON.stringify(ranges) }))
    if (exceptions.length > 0) await trx.insertInto('availability_exception').values(exceptions).execute()
  })
  return readAvailability(db, mentorId)
}

const dayMs = 24 * 3_600_000

/** The mentor's hours of the next days, less what they teach or attend then. */
export async function findFree(
  db: DbOrTrx,
  mentorId: string,
  { now, days }: { now: number; days: number },
): Promise<{ timeZone: string; items: Slot[] }> {
  const of = await readAvailability(db, mentorId)
  const windows = windowsOf(of, now, days).flatMap(({ from, to }) =>
    to > now ? [{ from: Math.max(from, now), to }] : [],
  )
  const busy = await findBusy(db, mentorId, new Date(now), new Date(now + (days + 1) * dayMs))
  const items = without(windows, busy).map(({ from, to }) => ({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  }))
  return { timeZone: of.timeZone, items }
}

async function findBusy(db: DbOrTrx, userId: string, from: Date, to: Date) {
  const { rows } = await sql<{ from: Date; to: Date }>`
    select starts_at as from, starts_at + duration_minutes * interval '1 minute' as to from session
      where status in ('scheduled', 'live') and starts_at > ${from}::timestamptz - interval '8 hours' and starts_at < ${to}
        and (mentor_id = ${userId} or id in
          (select session_id from booking where learner_id = ${userId} and seat is not null))`.execute(db)
  return rows.map((row) => ({ from: row.from.getTime(), to: row.to.getTime() }))
}

interface Span {
  startsAt: string
  durationMinutes: number
}

/** Which of these lie outside the mentor's own hours. */
export async function findOutside(db: DbOrTrx, mentorId: string, spans: readonly Span[]): Promise<boolean[]> {
  const of = await readAvailability(db, mentorId)
  return spans.map(({ startsAt, durationMinutes }) => !isWithin(of, Date.parse(startsAt), durationMinutes))
}

/** A mentor says that they mean it. @throws AppError `outside-hours` */
export async function refuseOutside(db: DbOrTrx, mentorId: string, spans: readonly Span[]): Promise<void> {
  const outside = await findOutside(db, mentorId, spans)
  if (outside.includes(true))
    throw new AppError('outside-hours', 'This is outside your own teaching hours.', {
      outsideHours: 'Say that you mean it.',
    })
}
