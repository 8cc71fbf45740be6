/** The sandbox's books: orders, payments and refunds in memory. */
import {
  newId,
  refuse,
  seconds,
  Shelf,
  type Dispute,
  type Order,
  type Payment,
  type Refund,
} from './entities.ts'

export type Ledger = ReturnType<typeof createLedger>

export interface RefundWish {
  amount: number
  receipt?: string | undefined
  notes?: Record<string, string> | undefined
}

/** Two of a hundred, and 18 % tax on that. */
const feeOf = (amount: number) => {
  const fee = Math.round(amount * 0.02)
  const tax = Math.round(fee * 0.18)
  return { fee: fee + tax, tax }
}

export function createLedger() {
  const orders = new Shelf<Order>()
  const payments = new Shelf<Payment>()
  const refunds = new Shelf<Refund>()
  const disputes = new Shelf<Dispute>()
  const refundKeys = new Map<string, { refund: Refund; body: string }>()

  return {
    orders,
    payments,
    refunds,
    disputes,
    paymentsOf: (orderId: string) => payments.all((payment) => payment.order_id === orderId),

    createOrder: (amount: number, receipt: string | null): Order =>
      orders.add({
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
      }),

    /** Somebody tried to pay. A paid order takes no second payment at the checkout; `again` is two at the same moment. */
    pay(orderId: string, succeeds: boolean, again = false): Payment {
      const order = orders.get(orderId)
      if (order.status === 'paid' && !again) refuse('This order has been paid already')
      if (order.status !== 'paid') order.status = 'attempted'
      order.attempts += 1
      return payments.add({
        id: newId('pay'),
        entity: 'payment',
        amount: order.amount,
        currency: 'INR',
        status: succeeds ? 'authorized' : 'failed',
        order_id: orderId,
        method: 'upi',
        captured: false,
        amount_refunded: 0,
        amount_transferred: 0,
        fee: null,
        tax: null,
        error_description: succeeds ? null : 'The payment was declined.',
        created_at: seconds(),
      })
    },

    /** The bank says yes after all, up to days after it said no. */
    authorizeLate(paymentId: string): Payment {
      const payment = payments.get(paymentId)
      if (payment.status !== 'failed') refuse('Only a failed payment can be authorised late')
      return Object.assign(payment, { status: 'authorized' as const, error_description: null })
    },

    capture(paymentId: string, amount: number): Payment {
      const payment = payments.get(paymentId)
      if (payment.captured) refuse('This payment has already been captured')
      if (payment.status !== 'authorized') refuse('Only payments which have been authorized can be captured')
      if (amount !== payment.amount) refuse('Capture amount must be equal to the amount authorized')
      const order = orders.get(payment.order_id)
      Object.assign(payment, { status: 'captured', captured: true, ...feeOf(amount) })
      Object.assign(order, { status: 'paid', amount_paid: order.amount, amount_due: 0 })
      return payment
    },

    /** The same key with the same body gives the same refund again. */
    refund(paymentId: string, wish: RefundWish, key: string | undefined, status: Refund['status']) {
      const body = JSON.stringify([paymentId, wish.amount, wish.receipt ?? null, wish.notes ?? {}])
      const known = key === undefined ? undefined : refundKeys.get(key)
      if (known && known.body !== body) refuse('Different request body sent for the same idempotency key')
      if (known) return { refund: known.refund, isNew: false }
      const payment = payments.get(paymentId)
      if (!payment.captured) refuse('The payment status should be captured for action to be taken')
      if (payment.amount_refunded + wish.amount > payment.amount)
        refuse('The total refund amount is greater than the refund payment amount')
      payment.amount_refunded += wish.amount
      if (payment.amount_refunded === payment.amount) payment.status = 'refunded'
      const refund = refunds.add({
        id: newId('rfnd'),
        entity: 'refund',
        amount: wish.amount,
        currency: 'INR',
        payment_id: paymentId,
        receipt: wish.receipt ?? null,
        notes: wish.notes ?? {},
        status,
        created_at: seconds(),
      })
      if (key !== undefined) refundKeys.set(key, { refund, body })
      return { refund, isNew: true }
    },

    /** How a pending refund ended. One that failed leaves the money with the payment. */
    endRefund(refundId: string, status: 'processed' | 'failed'): Refund {
      const refund = refunds.get(refundId)
      if (refund.status !== 'pending') refuse('This refund has ended')
      const payment = payments.get(refund.payment_id)
      if (status === 'failed') {
        payment.amount_refunded -= refund.amount
        payment.status = 'captured'
      }
      return Object.assign(refund, { status })
    },

    openDispute(paymentId: string, amount: number, reason: string): Dispute {
      const payment = payments.get(paymentId)
      if (amount > payment.amount) refuse('More is disputed than was paid')
      return disputes.add({
        id: newId('disp'),
        entity: 'dispute',
        payment_id: paymentId,
        amount,
        currency: 'INR',
        amount_deducted: 0,
        reason_code: reason,
        respond_by: seconds() + 3 * 86_400,
        status: 'open',
        phase: 'chargeback',
        created_at: seconds(),
      })
    },

    moveDispute(disputeId: string, status: Dispute['status']): Dispute {
      const dispute = disputes.get(disputeId)
      const amount_deducted = status === 'lost' ? dispute.amount : 0
      return Object.assign(dispute, { status, amount_deducted })
    },
  }
}
