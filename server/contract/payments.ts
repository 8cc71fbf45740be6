/**
 * Payments through Razorpay: an order for a held seat, the checkout's signature, the signed webhook.
 * @see https://razorpay.com/docs/payments/server-integration/nodejs/integration-steps/
 */
import { z } from 'zod'
import { id, instant, paise } from './base.ts'
import { booking } from './bookings.ts'
import { route } from './route.ts'

/** What Razorpay's checkout script needs. `checkoutScript` is its address (its own origin, or ours in trial mode). */
export const order = z
  .strictObject({
    orderId: z.string(),
    amountPaise: paise,
    currency: z.literal('INR'),
    keyId: z.string(),
    checkoutScript: z.string(),
    sandbox: z.boolean(),
    title: z.string(),
    heldUntil: instant,
  })
  .meta({ id: 'Order' })
export type Order = z.infer<typeof order>

export const paymentStatus = z.enum(['created', 'authorized', 'captured', 'failed', 'refunded'])

export const payment = z
  .strictObject({
    id,
    sessionId: id,
    title: z.string(),
    amountPaise: paise,
    status: paymentStatus,
    orderId: z.string(),
    paymentId: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Payment' })

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
    summary: 'An order for my held booking; repeating it gives the same order',
    body: z.strictObject({ bookingId: id }),
    response: order,
    status: 201,
  }),
  verify: route({
    method: 'post',
    path: '/api/payments/verify',
    access: 'learner',
    limit: 'payments',
    summary: 'The three values that the checkout handed over; confirms the seat',
    body: z.strictObject({
      razorpay_order_id: token,
      razorpay_payment_id: token,
      razorpay_signature: z.string().regex(/^[0-9a-f]{64}$/),
    }),
    response: booking,
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
  history: route({
    method: 'get',
    path: '/api/payments/history',
    access: 'signed-in',
    limit: 'payments',
    summary: 'My payments, newest first',
    response: z.strictObject({ items: z.array(payment) }),
  }),
}
