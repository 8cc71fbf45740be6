/** Does Razorpay say the same as we do? Its lists of a time against our rows, and our rows of that time against it. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { Difference } from '../ledger/verify.ts'
import type { PaymentFact, RefundFact, TransferFact } from './entities.ts'
import type { Gateway, Window } from './gateway.ts'

/** Reads only. @throws AppError `payment-unavailable` */
export async function findGatewayDifferences(
  db: DbOrTrx,
  gateway: Gateway,
  window: Window,
): Promise<Difference[]> {
  const found: Difference[] = []
  const seen = new Set<string>()
  for await (const fact of gateway.listPayments(window)) {
    if (fact.status !== 'captured') continue
    seen.add(fact.paymentId)
    found.push(...(await checkPayment(db, fact)))
  }
  for await (const fact of gateway.listRefunds(window)) {
    seen.add(fact.refundId)
    if (fact.status !== 'failed') found.push(...(await checkRefund(db, fact)))
  }
  for await (const fact of gateway.listTransfers(window)) {
    seen.add(fact.transferId)
    if (fact.status !== 'failed') found.push(...(await checkTransfer(db, fact)))
  }
  return [...found, ...(await findUnseen(db, gateway, window, seen))]
}

async function checkPayment(db: DbOrTrx, fact: PaymentFact): Promise<Difference[]> {
  const subject = `razorpay:${fact.paymentId}`
  const ours = await db
    .selectFrom('payment')
    .select(['id', 'captured_paise'])
    .select(
      sql<number>`(select coalesce(sum(amount_paise), 0)::int from refund where refund.payment_id = payment.id
        and refund.gateway_id is not null and refund.status in ('sent', 'done'))`.as('refunded'),
    )
    .where('payment_id', '=', fact.paymentId)
    .executeTakeFirst()
  if (!ours || ours.captured_paise === 0)
    return [{ what: 'Razorpay holds a payment that is not in our books', subject, paise: fact.amountPaise }]
  const differences: Difference[] = []
  if (ours.captured_paise !== fact.amountPaise)
    differences.push({
      what: `Razorpay captured ${fact.amountPaise} paise, our books say ${ours.captured_paise}`,
      subject,
      paise: Math.abs(fact.amountPaise - ours.captured_paise),
    })
  if (ours.refunded !== fact.refundedPaise)
    differences.push({
      what: `Razorpay gave back ${fact.refundedPaise} paise, our books say ${ours.refunded}`,
      subject,
      paise: Math.abs(fact.refundedPaise - ours.refunded),
    })
  return differences
}

async function checkRefund(db: DbOrTrx, fact: RefundFact): Promise<Difference[]> {
  const ours = await db
    .selectFrom('refund')
    .select(['amount_paise', 'status'])
    .where('gateway_id', '=', fact.refundId)
    .executeTakeFirst()
  const agreed = ours?.amount_paise === fact.amountPaise && ours.status === statusOf[fact.status]
  if (agreed) return []
  const what = ours
    ? `a refund of ${fact.amountPaise} paise is ${fact.status} at Razorpay, and here ${ours.status} with ${ours.amount_paise}`
    : 'Razorpay made a refund that is not in our books'
  return [{ what, subject: `razorpay:${fact.refundId}`, paise: fact.amountPaise }]
}

const statusOf = { pending: 'sent', processed: 'done', failed: 'failed' } as const

async function checkTransfer(db: DbOrTrx, fact: TransferFact): Promise<Difference[]> {
  const ours = await db
    .selectFrom('payout')
    .select([sql<number>`amount_paise - withheld_paise - reversed_paise`.as('amount_paise'), 'status'])
    .where('transfer_id', '=', fact.transferId)
    .executeTakeFirst()
  const left = fact.amountPaise - fact.reversedPaise
  if (ours?.amount_paise === left || (left === 0 && ours?.status !== 'settled')) return []
  const what = ours
    ? `Razorpay transferred ${left} paise, our books say ${ours.amount_paise}`
    : 'Razorpay made a transfer that is not in our books'
  return [{ what, subject: `razorpay:${fact.transferId}`, paise: Math.abs(left - (ours?.amount_paise ?? 0)) }]
}

/**
 * Ours that were in no list. An order is made before its payment, a refund decided before it is made: those at the
 * window's ends are asked for one by one.
 */
async function findUnseen(
  db: DbOrTrx,
  gateway: Gateway,
  { from, to }: Window,
  seen: Set<string>,
): Promise<Difference[]> {
  const during = sql<boolean>`created_at between to_timestamp(${from}) and to_timestamp(${to})`
  const payments = await db
    .selectFrom('payment')
    .select(['payment_id as id', 'captured_paise as paise'])
    .where('captured_paise', '>', 0)
    .where('payment_id', 'is not', null)
    .where(during)
    .execute()
  const refunds = await db
    .selectFrom('refund')
    .select(['gateway_id as id', 'amount_paise as paise'])
    .where('status', '=', 'done')
    .where('gateway_id', 'is not', null)
    .where(during)
    .execute()
  const found: Difference[] = []
  for (const { id, paise } of unseen(payments, seen))
    if (
      !(await isThere(
        () => gateway.getPayment(id),
        ({ status }) => status === 'captured',
      ))
    )
      found.push({
        what: 'our books hold a payment that Razorpay does not',
        subject: `razorpay:${id}`,
        paise,
      })
  for (const { id, paise } of unseen(refunds, seen))
    if (
      !(await isThere(
        () => gateway.getRefund(id),
        ({ status }) => status === 'processed',
      ))
    )
      found.push({ what: 'our books hold a refund that Razorpay does not', subject: `razorpay:${id}`, paise })
  return found
}

const unseen = (rows: { id: string | null; paise: number }[], seen: Set<string>) =>
  rows.flatMap(({ id, paise }) => (id !== null && !seen.has(id) ? [{ id, paise }] : []))

const isThere = <T>(ask: () => Promise<T>, which: (fact: T) => boolean): Promise<boolean> =>
  ask().then(which, () => false)
