/** A failed payout begins anew, with a transfer of its own. */
import { AppError } from '@peerlearn/contract/errors'
import type { OpenPayout } from '@peerlearn/contract/money'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { getOpenPayout } from './money-queries.ts'

interface RetryDeps {
  db: Db
  jobs: Jobs
}

/** @throws AppError `not-found`, `payout-refused` when there is nothing to try */
export async function retryPayout({ db, jobs }: RetryDeps, who: Who, payoutId: string): Promise<OpenPayout> {
  await getOpenPayout(db, payoutId)
  await db.transaction().execute(async (trx) => {
    if (!(await beginAnew(trx, payoutId)) && !(await isWaiting(trx, payoutId)))
      throw new AppError('payout-refused', 'This payout neither failed nor waits: there is nothing to try.')
    await jobs.send(trx, 'payout.send', { payoutId }, { key: payoutId })
    await audit(trx, { actorId: who.userId, action: 'payout.retried', subject: `payout:${payoutId}` })
  })
  return getOpenPayout(db, payoutId)
}

/** By itself, once, unless an admin was there before. */
export async function retryByItself({ db, jobs }: RetryDeps, payoutId: string, start: number): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (await beginAnew(trx, payoutId, start)) await jobs.send(trx, 'payout.send', { payoutId })
  })
}

/** Its transfer is over: Razorpay's id of it stays in the books. @returns whether it had failed */
async function beginAnew(trx: DbOrTrx, id: string, start?: number): Promise<boolean> {
  const begun = await trx
    .updateTable('payout')
    .set({ status: 'due', transfer_id: null, attempts: 0, failure: null })
    .set({ restarts: sql`restarts + 1`, claimed_until: null, updated_at: sql`now()` })
    .where('id', '=', id)
    .where('status', '=', 'failed')
    .$if(start !== undefined, (query) => query.where('restarts', '=', start ?? 0))
    .returning('id')
    .executeTakeFirst()
  return begun !== undefined
}

async function isWaiting(trx: DbOrTrx, id: string): Promise<boolean> {
  const row = await trx
    .selectFrom('payout')
    .select('id')
    .where('id', '=', id)
    .where('status', '=', 'due')
    .executeTakeFirst()
  return row !== undefined
}
