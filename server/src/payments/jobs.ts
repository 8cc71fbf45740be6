/** What payments do in the background. */
import type { JobHandlers } from '../jobs/job-table.ts'
import { capture, settleAndTell } from './payments.ts'
import { reconcileDay, windowUntil } from './reconciliation.ts'
import { reconcile, type ReconcileDeps } from './reconciler.ts'
import { sendRefund } from './refund-sending.ts'

export const paymentJobs = (deps: ReconcileDeps & { now: () => Date }): JobHandlers => ({
  'refund.send': ({ refundId }) => sendRefund(deps, refundId),
  'payment.capture': ({ paymentId }) => captureAuthorized(deps, paymentId),
  'payments.reconcile': () => reconcile(deps, deps.now()),
  'ledger.reconcile': async () => void (await reconcileDay(deps, windowUntil(deps.now()))),
})

/** Unless Razorpay has done it by now. */
async function captureAuthorized(deps: ReconcileDeps, id: string): Promise<void> {
  const payment = await deps.db
    .selectFrom('payment')
    .select(['payment_id as paymentId', 'amount_paise as amountPaise'])
    .where('id', '=', id)
    .where('status', '=', 'authorized')
    .executeTakeFirst()
  if (!payment?.paymentId) return
  const { paymentId, amountPaise } = payment
  await settleAndTell(deps, await capture(deps.gateway, { paymentId, amountPaise }))
}
