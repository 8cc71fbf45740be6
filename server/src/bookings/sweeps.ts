/** What time itself asks for: holds and offers that ran out, people who wait, guests who were not written to. */
import { sql } from 'kysely'
import { allOf } from '../all-of.ts'
import type { Db } from '../db.ts'
import type { AnnounceDeps } from './announce.ts'
import { sendInvitations } from './invitation-mail.ts'
import { freshenSeats } from './waitlist-offers.ts'

/** Gives free what was not paid in time, everywhere, and tells whom it concerns. */
export async function sweepHolds(deps: AnnounceDeps): Promise<void> {
  const stale = await findStale(deps.db)
  await allOf([
    ...stale.map((sessionId) => () => freshenSeats(deps, sessionId)),
    () => expirePacks(deps.db),
    () => sendInvitations(deps),
  ])
}

/** Sessions with a hold that ran out, or with somebody who waits though there is a seat, or nothing to wait for any more. */
async function findStale(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select session_id as id from booking where status = 'held' and held_until <= now()
    union
    select session.id from session where id in (select session_id from waitlist_entry where status = 'waiting')
      and (status in ('cancelled', 'ended')
        or starts_at + duration_minutes * interval '1 minute' < now()
        or (booking_closes_minutes > 0 and starts_at - booking_closes_minutes * interval '1 minute' <= now())
        or capacity > (select count(*) from booking where session_id = session.id and seat is not null))
    limit 500`.execute(db)
  return rows.map((row) => row.id)
}

const expirePacks = (db: Db) =>
  db
    .updateTable('purchase')
    .set({ status: 'expired', held_until: null })
    .where('status', '=', 'open')
    .where('pack_offer_id', 'is not', null)
    .where(sql<boolean>`held_until <= now()`)
    .execute()
