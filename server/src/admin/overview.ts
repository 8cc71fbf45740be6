/** What an admin sees at first: counts, the newest people and sessions, and what is live. */
import type { adminRoutes, Live } from '@peerlearn/contract/admin'
import type { ResponseOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { selectSessions, toSession } from '../sessions/queries.ts'
import { findNewestUsers } from '../users/queries.ts'

/** How many of the latest people and sessions are shown. */
const newest = 50

type Overview = ResponseOf<typeof adminRoutes.overview>

export async function readOverview(db: DbOrTrx, live: Live): Promise<Overview> {
  const [counts, users, sessions] = await Promise.all([
    countAll(db),
    findNewestUsers(db, newest),
    findNewest(db),
  ])
  return { counts, users, sessions, live }
}

async function countAll(db: DbOrTrx): Promise<Overview['counts']> {
  const { rows } = await sql<Overview['counts']>`select
    count(*)::int as users,
    count(*) filter (where 'mentor' = any (roles))::int as mentors,
    count(*) filter (where roles = '{learner}')::int as learners,
    (select count(*)::int from session) as sessions,
    (select count(*)::int from booking where status = 'confirmed') as bookings,
    (select coalesce(sum(amount_paise), 0)::float8 from payment where status = 'captured') as "capturedPaise"
    from account`.execute(db)
  return rows[0]! // an aggregate without groups is always one row
}

/** Ids grow with time. */
async function findNewest(db: DbOrTrx): Promise<Overview['sessions']> {
  const rows = await selectSessions(db).orderBy('session.id', 'desc').limit(newest).execute()
  return rows.map(toSession)
}
