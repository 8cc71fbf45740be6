/** Classes that nobody ended. */
import { emptyRoom, fold } from '@peerlearn/contract/room-state'
import { sql } from 'kysely'
import { findRoomEvents } from '../room-events.ts'
import { endSession, type RunningDeps } from './running.ts'

/** Ends live sessions two hours after their planned end when nobody is there, and after twelve hours in any case. */
export async function endAbandoned(deps: RunningDeps): Promise<void> {
  const overdue = await deps.db
    .selectFrom('session')
    .select(['id', sql<boolean>`${plannedEnd} < now() - interval '12 hours'`.as('forgotten')])
    .where('status', '=', 'live')
    .where(sql<boolean>`${plannedEnd} < now() - interval '2 hours'`)
    .execute()
  for (const { id, forgotten } of overdue)
    if (forgotten || (await isEmpty(deps, id))) await endSession(deps, { sessionId: id, who: null })
}

/** A class that began late ends late. */
const plannedEnd = sql`greatest(starts_at, started_at) + duration_minutes * interval '1 minute'`

async function isEmpty({ db }: RunningDeps, sessionId: string): Promise<boolean> {
  const events = await findRoomEvents(db, sessionId)
  return events.reduce(fold, emptyRoom(sessionId)).people.length === 0
}
