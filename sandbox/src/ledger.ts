/** The sandbox's books: orders, payments and refunds in memory, with Razorpay's states and field names. */
import { randomBytes } from 'node:crypto'

export interface Order {
  id: string
  entity: 'order'
  amount: number
  amount_paid: number
  amount_due: number
  currency: 'INR'
  receipt: string | null
  status: 'created' | 'attempted' | 'paid'
  attempts: number
  created_at: number
}

export interface Payment {
  id: string
  entity: 'payment'
  amount: number
  currency: 'INR'
  status: 'created' | 'authorized' | 'captured' | 'refunded' | 'failed'
  order_id: string
  method: 'upi'
  captured: boolean
  amount_refunded: number
  error_description: string | null
  created_at: number
}

export interface Refund {
  id: string
  entity: 'refund'
  amount: number
  currency: 'INR'
  payment_id: string
  status: 'processed'
  created_at: number
}

/** A request that Razorpay would answer with 400. */
export class Refused extends Error {}

export type Ledger = ReturnType<typeof createLedger>

const seconds = () => Math.floor(Date.now() / 1000)
const newId = (kind: string) => `${kind}_${randomBytes(7).toString('hex')}`

export function createLedger() {
  const orders = new Map<string, Order>()
  const payments = new Map<string, Payment>()
  const refunds = new Map<string, { refund: Refund; paymentId: string; amount: number }>()

  const getOrder = (id: string): Order => orders.get(id) ?? refuse('The id provided does not exist')
  const getPayment = (id: string): Payment => payments.get(id) ?? refuse('The id provided does not exist')

  return {
    getOrder,
    getPayment,
    paymentsOf: (orderId: string) => [...payments.values()].filter((p) => p.order_id === orderId),

    createOrder(amount: number, receipt: string | null): Order {
      const order: Order = {
        id: newId('order'),
        entity: 'order',
        amount,
        amount_paid: 0,
        amount_due: amount,
        currency: 'INR',
        receipt,
        status: 'created',
        attempts: 0,
        created_at: seconds(),
      }
      orders.set(order.id, order)
      return order
    },

    /** Somebody tried to pay. A paid order takes no second payment at the checkout. */
    pay(orderId: string, succeeds: boolean): Payment {
      const order = getOrder(orderId)
      if (order.status === 'paid') refuse('This order has been paid already')
      order.status = 'attempted'
      order.attempts += 1
      const payment: Payment = {
        id: newId('pay'),
        entity: 'payment',
        amount: order.amount,
        currency: 'INR',
        status: succeeds ? 'authorized' : 'failed',
        order_id: orderId,
        method: 'upi',
        captured: false,
        amount_refunded: 0,
        error_description: succeeds ? null : 'The payment was declined.',
        created_at: seconds(),
      }
      payments.set(payment.id, payment)
      return payment
    },

    capture(paymentId: string, amount: number): Payment {
      const payment = getPayment(paymentId)
      if (payment.captured) refuse('This payment has already been captured')
      if (payment.status !== 'authorized') refuse('Only payments which have been authorized can be captured')
      if (amount !== payment.amount) refuse('Capture amount must be equal to the amount authorized')
      const order = getOrder(payment.order_id)
      Object.assign(payment, { status: 'captured', captured: true })
      Object.assign(order, { status: 'paid', amount_paid: order.amount, amount_due: 0 })
      return payment
    },

    /** The same key with the same body gives the same refund again. */
    refund(paymentId: string, amount: number, key: string): Refund {
      const known = refunds.get(key)
      if (known && (known.paymentId !== paymentId || known.amount !== amount))
        refuse('Different request body sent for the same idempotency key')
      if (known) return known.refund
      const payment = getPayment(paymentId)
      if (!payment.captured) refuse('The payment status should be captured for action to be taken')
      if (payment.amount_refunded + amount > payment.amount)
        refuse('The payment has been fully refunded already')
      payment.amount_refunded += amount
      if (payment.amount_refunded === payment.amount) payment.status = 'refunded'
      const refund: Refund = {
        id: newId('rfnd'),
        entity: 'refund',
        amount,
        currency: 'INR',
        payment_id: paymentId,
        status: 'processed',
        created_at: seconds(),
      }
      refunds.set(key, { refund, paymentId, amount })
      return refund
    },
  }
}

function refuse(description: string): never {
  throw new Refused(description)
}
