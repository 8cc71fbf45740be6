/** Paying for a purchase: an order at Razorpay, the checkout's signature, and how far it is. */
import { AppError, type ErrorCode } from '@peerlearn/contract/errors'
import type { Order, paymentRoutes, PurchaseState } from '@peerlearn/contract/payments'
import type { BodyOf } from '@peerlearn/contract/route'
import { announceSeats } from '../bookings/announce.ts'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { PaymentFact } from './entities.ts'
import type { EventDeps } from './events.ts'
import type { Gateway } from './gateway.ts'
import { findOrderOf, getOwnPurchase, getState, type OwnPurchase } from './queries.ts'
import { settle } from './settle.ts'
import { isCheckoutSigned } from './signatures.ts'

export interface PaymentDeps extends EventDeps {
  db: Db
  gateway: Gateway
  keyId: string
  keySecret: string
  /** Pay with play money at our own stand-in. */
  sandbox: boolean
}

/** An order for the person's own open purchase; the same one when asked again. @throws AppError `hold-expired`, `already-booked` */
export async function createOrder(
  { db, gateway, keyId, sandbox }: PaymentDeps,
  { purchaseId, who }: { purchaseId: string; who: Who },
): Promise<Order> {
  const purchase = await getOwnPurchase(db, purchaseId, who.userId)
  const { status, heldUntil, amountPaise, title } = purchase
  if (status === 'paid') throw new AppError('already-booked', 'This is paid, and yours already.')
  if (heldUntil === null || heldUntil.getTime() <= Date.now())
    throw new AppError('hold-expired', 'This is no longer held for you. Please book again.')
  const known = await findOrderOf(db, purchaseId)
  const asked = { amountPaise, receipt: purchaseId }
  const orderId = known ?? (await keepOrder(db, purchase, who, await gateway.createOrder(asked)))
  return {
    purchaseId,
    orderId,
    amountPaise,
    currency: 'INR',
    keyId,
    checkoutScript: sandbox ? '/sandbox/v1/checkout.js' : 'https://checkout.razorpay.com/v1/checkout.js',
    sandbox,
    title,
    heldUntil: heldUntil.toISOString(),
  }
}

/** Of two requests at once the first order is kept for both; the other one is never shown, so never paid. */
async function keepOrder(db: Db, purchase: OwnPurchase, who: Who, orderId: string): Promise<string> {
  await db
    .insertInto('payment')
    .values({
      id: newId(),
      purchase_id: purchase.id,
      account_id: who.userId,
      order_id: orderId,
      amount_paise: purchase.amountPaise,
      status: 'created',
    })
    .onConflict((conflict) => conflict.column('purchase_id').where('surplus', '=', false).doNothing())
    .execute()
  return (await findOrderOf(db, purchase.id)) ?? orderId
}

/**
 * The three values that the checkout handed over. The signature says that they come from Razorpay; what was really paid
 * is asked of Razorpay itself. @throws AppError `not-found`, `signature-invalid`, `payment-unavailable`, `payment-failed`, `session-full`
 */
export async function verifyPayment(
  deps: PaymentDeps,
  who: Who,
  given: BodyOf<typeof paymentRoutes.verify>,
): Promise<PurchaseState> {
  const stored = await getOwnPayment(deps.db, given.razorpay_order_id, who.userId)
  const paymentId = given.razorpay_payment_id
  const values = { orderId: stored.orderId, paymentId, signature: given.razorpay_signature }
  if (!isCheckoutSigned(values, deps.keySecret)) throw notSigned()
  const fact = await fetchPaid(deps.gateway, paymentId)
  if (fact.orderId !== stored.orderId || fact.amountPaise !== stored.amountPaise) throw notSigned()
  await settleAndTell(deps, fact)
  const state = await getState(deps.db, stored.purchaseId, who.userId)
  if (state.state === 'booked') return state
  throw new AppError(
    'session-full',
    'The payment came when the seat could no longer be yours. All of it is being refunded.',
  )
}

/** In a transaction of its own; whom it concerns hears of it. */
export async function settleAndTell(deps: EventDeps & { db: Db }, fact: PaymentFact): Promise<void> {
  const tellNow = await deps.db.transaction().execute(async (trx) => {
    const { changes } = await settle(trx, deps.jobs, fact)
    return announceSeats(deps, trx, changes)
  })
  await tellNow()
}

async function getOwnPayment(db: DbOrTrx, orderId: string, userId: string) {
  const row = await db
    .selectFrom('payment')
    .select(['order_id as orderId', 'purchase_id as purchaseId', 'amount_paise as amountPaise'])
    .where('order_id', '=', orderId)
    .where('surplus', '=', false)
    .where('account_id', '=', userId)
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such order of yours.')
  return row
}

const notSigned = () => new AppError('signature-invalid', 'These values do not come from the checkout.')

/** An authorised payment is captured at once: an uncaptured one would go back by itself and leave the seat unpaid. */
async function fetchPaid(gateway: Gateway, paymentId: string): Promise<PaymentFact> {
  let fact = await gateway.getPayment(paymentId)
  if (fact.status === 'authorized') fact = await capture(gateway, fact)
  if (fact.status === 'captured') return fact
  throw new AppError(...unpaid[fact.status])
}

/** What is true of a payment whose money is not with us. */
const unpaid: Record<Exclude<PaymentFact['status'], 'captured'>, [ErrorCode, string]> = {
  created: [
    'payment-unavailable',
    'The bank has not confirmed the payment yet. What you pay for follows by itself as soon as it does.',
  ],
  authorized: [
    'payment-unavailable',
    'The bank has confirmed the payment, and its money is on its way to us. What you pay for follows by itself.',
  ],
  failed: [
    'payment-failed',
    'The bank refused this payment, and nothing is booked with it. Pay again while it is held for you. Should the bank have taken money, it goes back by itself.',
  ],
  lapsed: [
    'payment-failed',
    'This payment was not completed in time: the bank gives all of it back by itself, and nothing is booked with it. Please pay again, or book again.',
  ],
}

/** Its capture may be on its way already; then ours is refused, and the truth is one more question away. */
export const capture = (
  gateway: Gateway,
  payment: Pick<PaymentFact, 'paymentId' | 'amountPaise'>,
): Promise<PaymentFact> => gateway.capture(payment).catch(() => gateway.getPayment(payment.paymentId))
