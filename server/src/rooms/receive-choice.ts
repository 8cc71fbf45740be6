/** How people chose to receive: the mode is kept for their next rooms, the budget for the one it was chosen in. */
import type { DbOrTrx } from '../db.ts'
import type { Chosen } from './reception.ts'

export async function findReceiveChoice(db: DbOrTrx, userId: string, sessionId: string): Promise<Chosen> {
  const row = await db
    .selectFrom('receive_choice')
    .select(['mode', 'budget_bytes', 'budget_in', 'beyond_in'])
    .where('account_id', '=', userId)
    .executeTakeFirst()
  if (!row) return { mode: 'full', budgetBytes: null, beyond: false }
  const holds = row.budget_bytes !== null && row.budget_in === sessionId
  return {
    mode: row.mode,
    budgetBytes: holds ? Number(row.budget_bytes) : null,
    beyond: row.beyond_in === sessionId,
  }
}

export async function keepReceiveChoice(
  db: DbOrTrx,
  userId: string,
  sessionId: string,
  { mode, budgetBytes, beyond }: Chosen,
): Promise<void> {
  const columns = {
    mode,
    budget_bytes: budgetBytes,
    budget_in: budgetBytes === null ? null : sessionId,
    beyond_in: beyond ? sessionId : null,
  }
  await db
    .insertInto('receive_choice')
    .values({ account_id: userId, ...columns })
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(columns))
    .execute()
}

/** When the class is planned to end: its whole length after a late opening, for the budget is made for the class. */
export async function findPlannedEnd(db: DbOrTrx, sessionId: string): Promise<Date> {
  const row = await db
    .selectFrom('session')
    .select(['starts_at', 'started_at', 'duration_minutes'])
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  const late = row.started_at !== null && row.started_at.getTime() - row.starts_at.getTime() > latenessMs
  const from = late && row.started_at ? row.started_at : row.starts_at
  return new Date(from.getTime() + row.duration_minutes * 60_000)
}

/** Those who begin a little late end as planned. */
const latenessMs = 10 * 60_000
