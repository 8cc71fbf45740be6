/** A class that needs so many learners is looked at when booking closes, or at its start: with fewer it is cancelled. */
import { sql } from 'kysely'
import { allOf } from '../all-of.ts'
import type { Db, DbOrTrx } from '../db.ts'
import { nothingToTell, type TellNow } from '../notifications/notifications.ts'
import { lockSession } from '../sessions/queries.ts'
import { cancelWithSeats } from '../sessions/cancelling.ts'
import type { SessionDeps } from '../sessions/sessions.ts'

/** Safe on several servers: each session is looked at once, under its lock. */
export async function sweepMinimum(deps: SessionDeps): Promise<void> {
  const due = await findDue(deps.db)
  await allOf(due.map((sessionId) => () => judgeAndTell(deps, sessionId)))
}

async function judgeAndTell(deps: SessionDeps, sessionId: string): Promise<void> {
  const tellNow = await deps.db.transaction().execute((trx) => judge(deps, trx, sessionId))
  await tellNow()
}

async function findDue(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('id')
    .where(isDue)
    .orderBy('starts_at')
    .limit(100)
    .execute()
  return rows.map((row) => row.id)
}

/** Nobody looked yet, and booking has closed. The bound on starts_at says nothing new, but lets an index be used. */
const isDue = sql<boolean>`(status = 'scheduled' and min_learners > 0 and minimum_checked_at is null
  and starts_at <= now() + interval '15 days'
  and starts_at - booking_closes_minutes * interval '1 minute' <= now())`

async function judge(deps: SessionDeps, trx: DbOrTrx, sessionId: string): Promise<TellNow> {
  const session = await lockSession(trx, sessionId)
  const { due, confirmed, held } = await trx
    .selectFrom('session')
    .select([isDue.as('due'), countOf('confirmed').as('confirmed'), countOf('held').as('held')])
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  // Those who are paying just now may still make it enough.
  if (!due || (confirmed < session.minLearners && confirmed + held >= session.minLearners))
    return nothingToTell
  await trx
    .updateTable('session')
    .set({ minimum_checked_at: sql`now()` })
    .where('id', '=', sessionId)
    .execute()
  return confirmed < session.minLearners ? cancelWithSeats(deps, trx, session, 'too-few') : nothingToTell
}

const countOf = (status: 'confirmed' | 'held') =>
  sql<number>`(select count(*)::int from booking where session_id = session.id and seat is not null
    and status = ${status} and (held_until is null or held_until > now()))`
