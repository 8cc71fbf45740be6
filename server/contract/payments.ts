/**
 * Payments through Razorpay: an order for a purchase, the checkout's signature, the signed webhook, refunds.
 * @see https://razorpay.com/docs/payments/server-integration/nodejs/integration-steps/
 */
import { z } from 'zod'
import { id, instant, nothing, sumPaise, text } from './base.ts'
import { route } from './route.ts'

/** What Razorpay's checkout script needs. `checkoutScript` is its address (its own origin, or ours in trial mode). */
export const order = z
  .strictObject({
    purchaseId: id,
    orderId: z.string(),
    amountPaise: sumPaise,
    currency: z.literal('INR'),
    keyId: z.string(),
    checkoutScript: z.string(),
    sandbox: z.boolean(),
    /** Of the session or of the pack. */
    title: z.string(),
    heldUntil: instant,
  })
  .meta({ id: 'Order' })
export type Order = z.infer<typeof order>

/**
 * open: to be paid. failed: the last try failed, another one may follow. confirming: the bank said yes, and the money is
 * on its way. booked: the seats or the pack are theirs. refunding, refunded: there was no seat for the money.
 * over: the time to pay ran out, or it was cancelled, and nothing was paid.
 */
export const purchaseState = z
  .strictObject({
    purchaseId: id,
    sessionId: id.nullable(),
    title: z.string(),
    amountPaise: sumPaise,
    refundedPaise: sumPaise,
    state: z.enum(['open', 'failed', 'confirming', 'booked', 'refunding', 'refunded', 'over']),
    heldUntil: instant.nullable(),
  })
  .meta({ id: 'PurchaseState' })
export type PurchaseState = z.infer<typeof purchaseState>

export const paymentStatus = z.enum(['created', 'authorized', 'captured', 'failed', 'refunded'])

/**
 * waiting, sent: on its way to Razorpay. done: Razorpay has given it back. failed: an admin must look at it, the money
 * is still owed. void: Razorpay's own pages had given the money back before.
 */
export const refundStatus = z.enum(['waiting', 'sent', 'done', 'failed', 'void'])

/** A refund as the person sees it who paid. */
export const ownRefund = z
  .strictObject({
    id,
    amountPaise: sumPaise,
    status: refundStatus.exclude(['void']),
    reason: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'OwnRefund' })
export type OwnRefund = z.infer<typeof ownRefund>

export const payment = z
  .strictObject({
    id,
    purchaseId: id,
    /** null: a pack. */
    sessionId: id.nullable(),
    title: z.string(),
    quantity: z.number().int(),
    amountPaise: sumPaise,
    /** On its way back, or back. */
    refundedPaise: sumPaise,
    status: paymentStatus,
    /** A second payment for what was paid already: it goes back. */
    surplus: z.boolean(),
    orderId: z.string(),
    paymentId: z.string().nullable(),
    createdAt: instant,
    /** What went back of it, newest first. */
    refunds: z.array(ownRefund),
  })
  .meta({ id: 'Payment' })
export type Payment = z.infer<typeof payment>

export const refund = z
  .strictObject({
    id,
    paymentId: id,
    purchaseId: id,
    payerName: z.string(),
    title: z.string(),
    amountPaise: sumPaise,
    reason: z.string(),
    status: refundStatus,
    /** Why it failed, in Razorpay's words. */
    failure: z.string().nullable(),
    /** Razorpay's id, once it has one. */
    gatewayId: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Refund' })
export type Refund = z.infer<typeof refund>

const token = z
  .string()
  .regex(/^[A-Za-z0-9_]+$/)
  .max(64)

export const paymentRoutes = {
  createOrder: route({
    method: 'post',
    path: '/api/payments/create-order',
    access: 'learner',
    limit: 'payments',
    idempotent: true,
    summary: 'An order for my open purchase; repeating it gives the same order',
    body: z.strictObject({ purchaseId: id }),
    response: order,
    status: 201,
  }),
  verify: route({
    method: 'post',
    path: '/api/payments/verify',
    access: 'learner',
    limit: 'payments',
    summary: 'The three values that the checkout handed over; confirms the seats',
    body: z.strictObject({
      razorpay_order_id: token,
      razorpay_payment_id: token,
      razorpay_signature: z.string().regex(/^[0-9a-f]{64}$/),
    }),
    response: purchaseState,
  }),
  webhook: route({
    method: 'post',
    path: '/api/payments/webhook',
    access: 'signature',
    limit: 'none',
    summary:
      "Razorpay's events: HMAC-SHA256 of the raw body in x-razorpay-signature, once per x-razorpay-event-id",
    response: z.strictObject({ received: z.literal(true) }),
  }),
  state: route({
    method: 'get',
    path: '/api/payments/purchases/:id',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'How far the payment of my purchase is',
    params: z.strictObject({ id }),
    response: purchaseState,
  }),
  history: route({
    method: 'get',
    path: '/api/payments/history',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'My payments with what went back of each, newest first',
    response: z.strictObject({ items: z.array(payment) }),
  }),
  refund: route({
    method: 'post',
    path: '/api/payments/refund',
    access: 'refund',
    limit: 'payments',
    idempotent: true,
    summary: 'Give back a part of a payment or all of it; together never more than was paid',
    body: z
      .strictObject({
        purchaseId: id.optional(),
        /** Ours; names a second payment of a purchase too. */
        paymentId: id.optional(),
        amountPaise: sumPaise.min(1),
        reason: text(3, 200),
      })
      .refine((body) => (body.purchaseId === undefined) !== (body.paymentId === undefined), {
        error: 'Name the purchase or the payment.',
      }),
    response: refund,
    status: 201,
  }),
  refunds: route({
    method: 'get',
    path: '/api/payments/refunds',
    access: 'admin',
    limit: 'sessions',
    summary: 'The newest hundred refunds, of one status if it is named',
    query: z.strictObject({ status: refundStatus.optional() }),
    response: z.strictObject({ items: z.array(refund) }),
  }),
  retryRefund: route({
    method: 'post',
    path: '/api/payments/refunds/:id/retry',
    access: 'refund',
    limit: 'payments',
    summary: 'Begin a failed refund anew',
    params: z.strictObject({ id }),
    body: nothing,
    response: refund,
  }),
}
