/** What Razorpay says of a payment becomes seats, or money on its way back. States only move forward. */
import { sql } from 'kysely'
import { confirmPurchase, lockPurchase } from '../bookings/purchases.ts'
import type { SeatChange } from '../bookings/announce.ts'
import { newId, type DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { postCapture, postGatewayFee, postSeated } from '../ledger/movements.ts'
import type { PaymentFact } from './entities.ts'
import { decide } from './refunds.ts'

export interface Settled {
  /** Seats that were taken or became free, to be announced after the commit. */
  changes: SeatChange[]
}

/** Money that was authorised is fetched by our own capture if Razorpay has not done it by then. */
const captureAfterMs = 20_000

const nothing: Settled = { changes: [] }

/**
 * Applies a fact that came from Razorpay itself (a signed webhook, or its API), whatever came before it and how often.
 * Captured money buys what was ordered; without a seat it goes back, decided in the same transaction: never both. A
 * second payment on a paid order goes back too.
 */
export async function settle(trx: DbOrTrx, jobs: Jobs, fact: PaymentFact): Promise<Settled> {
  const known = await findOrder(trx, fact.orderId)
  if (!known || known.amountPaise !== fact.amountPaise) return nothing
  const { status } = fact
  if (status === 'captured') return takeMoney(trx, jobs, known, fact)
  if (status === 'created') return nothing
  const moved = await moveOn(trx, known.id, { ...fact, status })
  if (moved && status === 'authorized') {
    const after = new Date(Date.now() + captureAfterMs)
    await jobs.send(trx, 'payment.capture', { paymentId: known.id }, { after, key: known.id })
  }
  return nothing
}

const findOrder = (trx: DbOrTrx, orderId: string) =>
  trx
    .selectFrom('payment')
    .select(['id', 'amount_paise as amountPaise', 'purchase_id as purchaseId', 'account_id as accountId'])
    .select(['captured_paise as capturedPaise', 'payment_id as paymentId', 'fee_paise as feePaise'])
    .where('order_id', '=', orderId)
    .where('surplus', '=', false)
    .executeTakeFirst()
type Known = NonNullable<Awaited<ReturnType<typeof findOrder>>>

/**
 * Of a payment that has no money yet: what it becomes, and from where. `refunded` without captured money is one that
 * lapsed; another payment on its order begins again.
 */
const movesOn = {
  failed: { status: 'failed', from: () => sql<boolean>`status = 'created'` },
  authorized: {
    status: 'authorized',
    from: (paymentId: string) =>
      sql<boolean>`(status in ('created', 'failed') or (status = 'refunded' and payment_id <> ${paymentId}))`,
  },
  lapsed: {
    status: 'refunded',
    from: (paymentId: string) =>
      sql<boolean>`status <> 'refunded' and coalesce(payment_id, ${paymentId}) = ${paymentId}`,
  },
} as const

type Unpaid = PaymentFact & { status: keyof typeof movesOn }

async function moveOn(trx: DbOrTrx, id: string, { status, paymentId, method }: Unpaid): Promise<boolean> {
  const moved = await trx
    .updateTable('payment')
    .set({
      status: movesOn[status].status,
      // Failed tries come and go; the one that counts is the one that the bank said yes to.
      ...(status !== 'failed' && { payment_id: paymentId, method }),
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('captured_paise', '=', 0)
    .where(movesOn[status].from(paymentId))
    .returning('id')
    .executeTakeFirst()
  return moved !== undefined
}

/** The order's first money pays the purchase; any other goes back. The purchase is locked before the payment. */
async function takeMoney(trx: DbOrTrx, jobs: Jobs, known: Known, fact: PaymentFact): Promise<Settled> {
  if (isTaken(known, fact)) return nothing
  const locked = await lockPurchase(trx, known.purchaseId)
  const { mentor_id: mentorId } = locked.purchase
  const first = await trx
    .updateTable('payment')
    .set({ ...moneyOf(fact), updated_at: sql`now()` })
    .where('id', '=', known.id)
    .where('captured_paise', '=', 0)
    .returning('id')
    .executeTakeFirst()
  if (!first) {
    await takeAnother(trx, jobs, known, fact)
    return nothing
  }
  await postCapture(trx, known, fact.amountPaise)
  await keepFee(trx, known.id, fact)
  const { seated, changes } = await confirmPurchase(trx, known.purchaseId, locked)
  if (seated) {
    await postSeated(trx, known, { mentorId, amountPaise: fact.amountPaise })
    await jobs.send(trx, 'document.issue', { paymentId: known.id })
  } else await sendBack(trx, jobs, { ...known, key: `no-seat-${known.id}`, reason: tooLate })
  return { changes }
}

const moneyOf = ({ paymentId, amountPaise, method }: PaymentFact) => ({
  status: 'captured' as const,
  captured_paise: amountPaise,
  payment_id: paymentId,
  method,
})

/** Seen without a lock: most events are told twice, by payment.captured and order.paid. */
const isTaken = (known: Known, { paymentId, feePaise }: PaymentFact): boolean =>
  known.capturedPaise > 0 && known.paymentId === paymentId && (known.feePaise > 0 || !feePaise)

/** The order has its money: this is the same told again, or a second payment. The purchase is locked. */
async function takeAnother(trx: DbOrTrx, jobs: Jobs, known: Known, fact: PaymentFact): Promise<void> {
  const stored = await trx
    .selectFrom('payment')
    .select('payment_id')
    .where('id', '=', known.id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  if (stored.payment_id === fact.paymentId) await keepFee(trx, known.id, fact)
  else await takeSurplus(trx, jobs, known, fact)
}

/** Told with the capture or after it; the first telling counts. */
async function keepFee(trx: DbOrTrx, id: string, { feePaise }: PaymentFact): Promise<void> {
  if (!feePaise || !(await postGatewayFee(trx, { id }, feePaise))) return
  await trx.updateTable('payment').set({ fee_paise: feePaise }).where('id', '=', id).execute()
}

async function takeSurplus(trx: DbOrTrx, jobs: Jobs, known: Known, fact: PaymentFact): Promise<void> {
  const id = newId()
  const { purchaseId, accountId, amountPaise } = known
  const kept = await trx
    .insertInto('payment')
    .values({
      id,
      purchase_id: purchaseId,
      account_id: accountId,
      order_id: fact.orderId,
      amount_paise: amountPaise,
      surplus: true,
      ...moneyOf(fact),
    })
    .onConflict((conflict) => conflict.column('payment_id').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!kept) return keepSurplusFee(trx, fact)
  await postCapture(trx, { id }, amountPaise)
  await keepFee(trx, id, fact)
  await sendBack(trx, jobs, { id, amountPaise, key: `surplus-${id}`, reason: 'This was paid twice.' })
}

/** Told after the second payment itself. */
async function keepSurplusFee(trx: DbOrTrx, fact: PaymentFact): Promise<void> {
  const known = await trx
    .selectFrom('payment')
    .select('id')
    .where('payment_id', '=', fact.paymentId)
    .executeTakeFirst()
  if (known) await keepFee(trx, known.id, fact)
}

const tooLate = 'When the payment came, the seat could not be yours any more.'

/** All of it, decided by nobody but us. */
const sendBack = (
  trx: DbOrTrx,
  jobs: Jobs,
  { id, amountPaise, key, reason }: { id: string; amountPaise: number; key: string; reason: string },
) => decide(trx, jobs, { paymentId: id, bookingId: null, amountPaise, reason, key, requestedBy: null })
