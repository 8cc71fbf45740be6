/** How people chose to receive, kept for their next rooms. */
import type { ReceiveMode } from '@peerlearn/contract/media'
import type { DbOrTrx } from '../db.ts'

export interface ReceiveChoice {
  mode: ReceiveMode
  budgetBytes: number | null
  /** The session in which they chose to go beyond their budget. */
  beyondIn: string | null
}

export async function findReceiveChoice(db: DbOrTrx, userId: string): Promise<ReceiveChoice> {
  const row = await db
    .selectFrom('receive_choice')
    .select(['mode', 'budget_bytes', 'beyond_in'])
    .where('account_id', '=', userId)
    .executeTakeFirst()
  if (!row) return { mode: 'full', budgetBytes: null, beyondIn: null }
  const budgetBytes = row.budget_bytes === null ? null : Number(row.budget_bytes)
  return { mode: row.mode, budgetBytes, beyondIn: row.beyond_in }
}

export async function keepReceiveChoice(db: DbOrTrx, userId: string, choice: ReceiveChoice): Promise<void> {
  const columns = { mode: choice.mode, budget_bytes: choice.budgetBytes, beyond_in: choice.beyondIn }
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
