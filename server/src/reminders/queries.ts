import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/** `day`: it begins within 24 hours; `soon`: within 30 minutes. */
type When = 'day' | 'soon'

const minutesBefore: Record<When, number> = { day: 24 * 60, soon: 30 }

const before = (when: When) => sql`make_interval(mins => ${minutesBefore[when]})`

/** Somebody who is to be reminded. */
export interface Due {
  sessionId: string
  title: string
  startsAt: Date
  when: When
  /** The same for everybody of one session and time: whoever has a notification with this key was reminded. */
  key: string
  userId: string
  timeZone: string
  teaches: boolean
}

/**
 * Everybody with a confirmed seat, and the mentors, of sessions that begin soon, who were not reminded of this time of this
 * session yet. Who took the seat within that time has just read when it begins.
 */
export async function findDue(db: DbOrTrx): Promise<Due[]> {
  const { rows } = await sql<Due>`
    with coming as (
      select id, title, starts_at, mentor_id,
        case when starts_at <= now() + ${before('soon')} then 'soon' else 'day' end as "when"
      from session
      where status = 'scheduled' and starts_at > now()
        and starts_at <= now() + ${before('day')}
    ), keyed as (
      select *, 'reminder:' || "when" || ':' || id || ':' || extract(epoch from starts_at)::bigint as key,
        case "when" when 'soon' then ${before('soon')} else ${before('day')} end as before
      from coming
    ), people as (
      select keyed.*, mentor_id as user_id, true as teaches from keyed
      union all
      select keyed.*, booking.learner_id, false
      from keyed join booking on booking.session_id = keyed.id
      where booking.status = 'confirmed' and booking.learner_id is not null
        and booking.created_at < keyed.starts_at - keyed.before
    )
    select people.id as "sessionId", title, starts_at as "startsAt", "when", key, user_id as "userId", teaches,
      account.time_zone as "timeZone"
    from people join account on account.id = people.user_id
    where account.erased_at is null and account.suspended_at is null
      and not exists (select from notification where account_id = people.user_id and notification.key = people.key)
    order by starts_at, people.id
    limit 5000`.execute(db)
  return rows
}
