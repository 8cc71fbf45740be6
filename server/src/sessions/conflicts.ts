/** Nobody can be in two classes at once: neither as a learner, nor as a mentor, nor as one of each. */
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/**
 * Until the transaction ends nobody else changes when these people are taken: two servers agree. Call it once, after the
 * sessions' locks and the coupons', and before asking for conflicts.
 */
export async function lockAgendas(trx: DbOrTrx, userIds: string[]): Promise<void> {
  const keys = [...new Set(userIds)].sort().map((id) => `agenda ${id}`)
  if (keys.length > 0)
    await sql`select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(${keys}::text[]) as key`.execute(
      trx,
    )
}

export interface Span {
  startsAt: Date
  durationMinutes: number
}

export interface Conflict {
  sessionId: string
  title: string
  startsAt: Date
}

/** A session in that time which the person teaches, or has a seat in (held or confirmed); those in `except` don't count. */
export async function findConflict(
  trx: DbOrTrx,
  userId: string,
  { startsAt, durationMinutes }: Span,
  except: string[] = [],
): Promise<Conflict | undefined> {
  const { rows } = await sql<Conflict>`
    with mine as (
      select session_id as id from booking
        where learner_id = ${userId} and seat is not null and (held_until is null or held_until > now())
      union all
      select id from session where mentor_id = ${userId} and starts_at > ${startsAt}::timestamptz - interval '8 hours'
    )
    select session.id as "sessionId", title, starts_at as "startsAt" from session
      where id in (select id from mine) and status in ('scheduled', 'live') and id <> all (${except}::uuid[])
        and starts_at < ${startsAt}::timestamptz + ${durationMinutes} * interval '1 minute'
        and starts_at + duration_minutes * interval '1 minute' > ${startsAt}::timestamptz
      order by starts_at limit 1`.execute(trx)
  return rows[0]
}

/** Refuses a time in which the person is elsewhere. The caller holds their agenda. @throws AppError `time-conflict` */
export async function refuseConflict(
  trx: DbOrTrx,
  userId: string,
  span: Span,
  except?: string[],
): Promise<void> {
  const found = await findConflict(trx, userId, span, except)
  if (found)
    throw new AppError('time-conflict', `You are in “${found.title}” at that time.`, {
      sessionId: found.sessionId,
      title: found.title,
      startsAt: found.startsAt.toISOString(),
    })
}
