/** Paying for a held seat: an order at Razorpay, the checkout's signature, the signed webhook. */
import { AppError } from '@peerlearn/contract/errors'
import type { Booking } from '@peerlearn/contract/bookings'
import type { Order, paymentRoutes } from '@peerlearn/contract/payments'
import type { BodyOf, ResponseOf } from '@peerlearn/contract/route'
import type { Logger } from 'pino'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { announceSeats, type AnnounceDeps } from '../bookings/announce.ts'
import { getOwnBooking } from '../bookings/bookings.ts'
import { getSession } from '../sessions/queries.ts'
import type { Gateway, PaymentFact } from './gateway.ts'
import { refundSeatless } from './refunds.ts'
import { settle, type Settled } from './settle.ts'
import { isCheckoutSigned } from './signatures.ts'

export interface PaymentDeps extends AnnounceDeps {
  db: Db
  log: Logger
  gateway: Gateway
  keyId: string
  keySecret: string
  webhookSecret: string
  /** Pay with play money at our own stand-in. */
  sandbox: boolean
}

/** An order for the learner's own held booking; the same one when asked again. @throws AppError `hold-expired`, `already-booked` */
export async function createOrder(
  deps: PaymentDeps,
  { bookingId, who }: { bookingId: string; who: Who },
): Promise<Order> {
  const { db, gateway, keyId, sandbox } = deps
  const booking = await getOwnBooking(db, bookingId, who.userId)
  if (booking.status === 'confirmed') throw new AppError('already-booked', 'This seat is yours already.')
  if (booking.heldUntil === null)
    throw new AppError('hold-expired', 'This seat is no longer held for you. Please book again.')
  const known = await findOrderOf(db, bookingId)
  const orderId = known ?? (await keepOrder(db, booking, who, await gateway.createOrder(asked(booking))))
  const session = await getSession(db, booking.sessionId)
  return {
    orderId,
    amountPaise: booking.pricePaise,
    currency: 'INR',
    keyId,
    checkoutScript: sandbox ? '/sandbox/v1/checkout.js' : 'https://checkout.razorpay.com/v1/checkout.js',
    sandbox,
    title: session.title,
    heldUntil: booking.heldUntil,
  }
}

const asked = (booking: Booking) => ({ amountPaise: booking.pricePaise, receipt: booking.id })

async function findOrderOf(db: DbOrTrx, bookingId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('payment')
    .select('order_id')
    .where('booking_id', '=', bookingId)
    .executeTakeFirst()
  return row?.order_id
}

/** Of two requests at once the first order is kept for both; the other one is never shown, so never paid. */
async function keepOrder(db: Db, booking: Booking, who: Who, orderId: string): Promise<string> {
  await db
    .insertInto('payment')
    .values({
      id: newId(),
      booking_id: booking.id,
      account_id: who.userId,
      order_id: orderId,
      amount_paise: booking.pricePaise,
      status: 'created',
    })
    .onConflict((conflict) => conflict.column('booking_id').doNothing())
    .execute()
  return (await findOrderOf(db, booking.id)) ?? orderId
}

/**
 * The three values that the checkout handed over. The signature says that they come from Razorpay; what was really paid
 * is asked of Razorpay itself. @throws AppError `not-found`, `signature-invalid`, `payment-unavailable`, `session-full`
 */
export async function verifyPayment(
  deps: PaymentDeps,
  who: Who,
  given: BodyOf<typeof paymentRoutes.verify>,
): Promise<Booking> {
  const stored = await getOwnPayment(deps.db, given.razorpay_order_id, who.userId)
  const paymentId = given.razorpay_payment_id
  const values = { orderId: stored.orderId, paymentId, signature: given.razorpay_signature }
  if (!isCheckoutSigned(values, deps.keySecret)) throw notSigned()
  const fact = await fetchPaid(deps.gateway, paymentId)
  if (fact.orderId !== stored.orderId || fact.amountPaise !== stored.amountPaise) throw notSigned()
  const settled = await deps.db.transaction().execute((trx) => settle(trx, fact))
  await afterSettling(deps, settled)
  const booking = await getOwnBooking(deps.db, stored.bookingId, who.userId)
  if (booking.status === 'confirmed') return booking
  throw new AppError('session-full', 'The payment came too late for a seat. All of it is being refunded.')
}

async function getOwnPayment(db: DbOrTrx, orderId: string, userId: string) {
  const row = await db
    .selectFrom('payment')
    .select(['order_id as orderId', 'booking_id as bookingId', 'amount_paise as amountPaise'])
    .where('order_id', '=', orderId)
    .where('account_id', '=', userId)
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such order of yours.')
  return row
}

const notSigned = () => new AppError('signature-invalid', 'These values do not come from the checkout.')

/** An authorised payment is captured at once: an uncaptured one would go back by itself and leave the seat unpaid. */
async function fetchPaid(gateway: Gateway, paymentId: string): Promise<PaymentFact> {
  let fact = await gateway.getPayment(paymentId)
  // Its capture may be on its way already; then ours is refused, and the truth is one more question away.
  if (fact.status === 'authorized')
    fact = await gateway.capture(fact).catch(() => gateway.getPayment(paymentId))
  if (fact.status === 'captured' || fact.status === 'refunded') return fact
  throw new AppError(
    'payment-unavailable',
    'The bank has not confirmed the payment yet. Your seat follows by itself as soon as it does.',
  )
}

/**
 * After the commit: tell whom it concerns, and send back what has no seat. A refund that fails is the sweep's; that of
 * a second payment is its caller's to repeat. @throws AppError `payment-unavailable`
 */
export async function afterSettling(deps: PaymentDeps, { changes, surplus }: Settled): Promise<void> {
  await announceSeats(deps, changes)
  await refundSeatless(deps).catch((err: unknown) =>
    deps.log.warn({ err }, 'refund waits for the next sweep'),
  )
  if (surplus)
    await deps.gateway.refund(surplus.paymentId, surplus.amountPaise, `surplus-${surplus.paymentId}`)
}

/** The person's payments, newest first, a hundred at most. */
export async function findHistory(
  db: DbOrTrx,
  userId: string,
): Promise<ResponseOf<typeof paymentRoutes.history>> {
  const rows = await db
    .selectFrom('payment')
    .innerJoin('booking', 'booking.id', 'payment.booking_id')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .select(['payment.id', 'session.id as sessionId', 'session.title', 'payment.amount_paise as amountPaise'])
    .select(['payment.status', 'payment.order_id as orderId', 'payment.payment_id as paymentId'])
    .select('payment.created_at as createdAt')
    .where('payment.account_id', '=', userId)
    .orderBy('payment.created_at', 'desc')
    .limit(100)
    .execute()
  return { items: rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() })) }
}
