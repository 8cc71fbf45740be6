/** The job that sends a refund to Razorpay: one ask under one key, repeated until it is known how it ended. */
import { sql } from 'kysely'
import type { Db, DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Gateway, RefundAnswer } from './gateway.ts'
import { applyRefund, type RefundNews } from './refund-facts.ts'
import { tellRefunds, type TellDeps } from './refund-news.ts'

export interface SendingDeps extends TellDeps {
  db: Db
  jobs: Jobs
  gateway: Gateway
}

/** Then a person must look at it; until then it is asked again and again. */
const giveUpAfter = sql`interval '3 days'`

/**
 * Safe to run twice, on two servers at once: the key makes it one refund. No row stays locked while Razorpay is asked:
 * the state `sent` says that somebody asks. @throws when it is not known how it ended: the job is tried again
 */
export async function sendRefund(deps: SendingDeps, refundId: string): Promise<void> {
  const due = await begin(deps.db, refundId)
  if (!due) return
  const { gatewayId, paymentId, amountPaise, key, start } = due
  if (gatewayId)
    return await hear(deps, { kind: 'taken', fact: await deps.gateway.getRefund(gatewayId) }, due)
  const notes = { refund: refundId, start: String(start) }
  const ask = { paymentId, amountPaise, key: start === 0 ? key : `${key.slice(0, 94)}-${start}`, notes }
  const answer = await deps.gateway.refund(ask).catch(async (error: unknown) => {
    if (due.late) await fail(deps, refundId, 'Razorpay did not answer for days.')
    throw error
  })
  await hear(deps, answer, due)
}

/** Marks it as being asked for, and commits. */
async function begin(db: Db, refundId: string) {
  const due = await db
    .updateTable('refund')
    .from('payment')
    .set({ status: 'sent', attempts: sql`attempts + 1`, updated_at: sql`now()` })
    .whereRef('payment.id', '=', 'refund.payment_id')
    .where('refund.id', '=', refundId)
    .where('refund.status', 'in', ['waiting', 'sent'])
    .returning(['refund.id', 'refund.gateway_id as gatewayId', 'payment.payment_id as paymentId'])
    .returning(['refund.amount_paise as amountPaise', 'refund.key', 'refund.restarts as start'])
    .returning(sql<boolean>`refund.created_at < now() - ${giveUpAfter}`.as('late'))
    .executeTakeFirst()
  return due?.paymentId ? { ...due, paymentId: due.paymentId } : undefined
}

async function hear(
  deps: SendingDeps,
  answer: RefundAnswer,
  due: { id: string; late: boolean },
): Promise<void> {
  if (answer.kind === 'refused') return fail(deps, due.id, answer.reason)
  if (answer.kind === 'in-progress') {
    if (due.late) return fail(deps, due.id, 'Razorpay is busy with this refund for days.')
    throw new Error('Razorpay is still busy with this refund')
  }
  await andTell(deps, (trx) => applyRefund(trx, deps.jobs, answer.fact))
}

/** The money is still owed; a person decides. */
const fail = (deps: SendingDeps, refundId: string, failure: string): Promise<void> =>
  andTell(deps, async (trx) => {
    const failed = await trx
      .updateTable('refund')
      .set({ status: 'failed', failure: failure.slice(0, 300), updated_at: sql`now()` })
      .where('id', '=', refundId)
      .where('status', 'in', ['waiting', 'sent'])
      .returning('id')
      .executeTakeFirst()
    return failed ? [{ refundId, news: 'failed' }] : []
  })

/** In a transaction of its own; whom it concerns hears of it. */
export async function andTell(
  deps: TellDeps & { db: Db },
  change: (trx: DbOrTrx) => Promise<RefundNews[]>,
): Promise<void> {
  const told = await deps.db.transaction().execute(async (trx) => tellRefunds(deps, trx, await change(trx)))
  for (const tellNow of told) await tellNow()
}
