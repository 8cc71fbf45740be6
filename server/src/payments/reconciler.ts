/** Asks Razorpay for what its webhooks did not say. It takes nothing from anybody: it only learns of money that moved. */
import { sql } from 'kysely'
import { AppError } from '@peerlearn/contract/errors'
import type { Db } from '../db.ts'
import type { PaymentFact, RefundFact } from './entities.ts'
import type { EventDeps } from './events.ts'
import type { Gateway, Window } from './gateway.ts'
import { capture, settleAndTell } from './payments.ts'
import { applyRefund } from './refund-facts.ts'
import { andTell } from './refund-sending.ts'

export interface ReconcileDeps extends EventDeps {
  db: Db
  gateway: Gateway
}

/** A bank may say yes up to three days late. */
const openFor = sql`interval '5 days'`
const openAfter = sql`interval '15 minutes'`
/** Young ones each time, older ones less often. */
const dueAgain = sql<boolean>`(checked_at is null or checked_at < now() - greatest(interval '4 minutes', (now() - created_at) / 8))`
const atOnce = 200
/** Then Razorpay is away, and the next round tries again. */
const failuresInARow = 5

/** Every five minutes, on one of the servers. Safe to run twice. */
export async function reconcile(deps: ReconcileDeps, now: Date): Promise<void> {
  // Before anything that may fail: what is owed must not wait for it.
  await resendRefunds(deps)
  await askOpenOrders(deps)
  const seconds = Math.floor(now.getTime() / 1000)
  await hearWindow(deps, { from: seconds - 3_600, to: seconds })
}

/** Orders that were not paid for a quarter of an hour: were they, and nobody told us? */
export async function askOpenOrders(deps: ReconcileDeps): Promise<void> {
  const open = await deps.db
    .selectFrom('payment')
    .select(['id', 'order_id as orderId'])
    .where('surplus', '=', false)
    .where('status', 'in', ['created', 'authorized', 'failed'])
    .where(sql<boolean>`created_at between now() - ${openFor} and now() - ${openAfter}`)
    .where(dueAgain)
    .orderBy(sql`checked_at nulls first`)
    .limit(atOnce)
    .execute()
  await each(deps, open, async ({ id, orderId }) => {
    // Noted first: one that Razorpay has trouble with goes to the back.
    await deps.db
      .updateTable('payment')
      .set({ checked_at: sql`now()` })
      .where('id', '=', id)
      .execute()
    for (const fact of await deps.gateway.findPaymentsOf(orderId)) await hearPayment(deps, fact)
  })
}

/** Everything that moved in this time. What can't be taken in keeps nobody else's money waiting. @throws for the first such */
export async function hearWindow(deps: ReconcileDeps, window: Window): Promise<void> {
  const failed: unknown[] = []
  const keep = (error: unknown) => void failed.push(error)
  for await (const fact of deps.gateway.listPayments(window)) await settleAndTell(deps, fact).catch(keep)
  for await (const fact of deps.gateway.listRefunds(window)) await hearRefund(deps, fact).catch(keep)
  if (failed.length > 0) throw failed[0]
}

async function hearPayment(deps: ReconcileDeps, fact: PaymentFact): Promise<void> {
  await settleAndTell(deps, fact.status === 'authorized' ? await capture(deps.gateway, fact) : fact)
}

async function hearRefund(deps: ReconcileDeps, fact: RefundFact): Promise<void> {
  const payment = await deps.db
    .selectFrom('payment')
    .select('id')
    .where('payment_id', '=', fact.paymentId)
    .where('captured_paise', '>', 0)
    .executeTakeFirst()
  if (!payment) await settleAndTell(deps, await deps.gateway.getPayment(fact.paymentId))
  await andTell(deps, (trx) => applyRefund(trx, deps.jobs, fact))
}

/** Whose job was lost, or whose tries are over: asked again under the same key, until it is known how it ended. */
async function resendRefunds({ db, jobs }: ReconcileDeps): Promise<void> {
  const stuck = await db
    .selectFrom('refund')
    .select('id')
    .where('status', 'in', ['waiting', 'sent'])
    .where(sql<boolean>`updated_at < now() - interval '10 minutes'`)
    .orderBy('updated_at')
    .limit(500)
    .execute()
  for (const { id } of stuck) await jobs.send(db, 'refund.send', { refundId: id }, { key: id })
}

/** One after another; a few that fail do not stop the others, Razorpay being away does. */
async function each<T>({ log }: ReconcileDeps, all: T[], run: (one: T) => Promise<void>): Promise<void> {
  let failures = 0
  for (const one of all) {
    try {
      await run(one)
      failures = 0
    } catch (error) {
      if (!(error instanceof AppError) || ++failures >= failuresInARow) throw error
      log.warn({ err: error }, 'an open order could not be asked for')
    }
  }
}
