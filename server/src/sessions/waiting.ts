/** Who waits for a seat, as readers of a session see it. */
import type { WaitedSession, Waiting } from '@peerlearn/contract/waitlist'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/** The person's place in the queue, or the seat that is offered to them until then. */
export async function findWaiting(
  db: DbOrTrx,
  sessionId: string,
  learnerId: string,
): Promise<Waiting | undefined> {
  const row = await db
    .selectFrom('waitlist_entry as mine')
    .select(['mine.status', 'mine.offered_until as offeredUntil', place.as('place')])
    .where('mine.session_id', '=', sessionId)
    .where('mine.learner_id', '=', learnerId)
    .where(
      sql<boolean>`(mine.status = 'waiting' or (mine.status = 'offered' and mine.offered_until > now()))`,
    )
    .$narrowType<{ status: Waiting['status'] }>()
    .executeTakeFirst()
  return row && { ...row, offeredUntil: row.offeredUntil?.toISOString() ?? null }
}

/** The person's places in the queues of sessions to come, the next first. */
export async function findPlaces(db: DbOrTrx, learnerId: string): Promise<WaitedSession[]> {
  const rows = await db
    .selectFrom('waitlist_entry as mine')
    .innerJoin('session', 'session.id', 'mine.session_id')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select(['session.id as sessionId', 'session.title', 'mentor.name as mentorName'])
    .select(['session.starts_at as startsAt', 'session.duration_minutes as durationMinutes'])
    .select(place.as('place'))
    .where('mine.learner_id', '=', learnerId)
    .where('mine.status', '=', 'waiting')
    .where('session.status', 'in', ['scheduled', 'live'])
    .orderBy('session.starts_at')
    .orderBy('session.id')
    .limit(200)
    .execute()
  return rows.map((row) => ({ ...row, startsAt: row.startsAt.toISOString() }))
}

const place = sql<number>`(1 + (select count(*) from waitlist_entry before
  where before.session_id = mine.session_id and before.status = 'waiting'
    and (before.created_at, before.id) < (mine.created_at, mine.id)))::int`

export async function countWaiting(db: DbOrTrx, sessionId: string): Promise<number> {
  const { count } = await db
    .selectFrom('waitlist_entry')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('session_id', '=', sessionId)
    .where('status', '=', 'waiting')
    .executeTakeFirstOrThrow()
  return count
}
