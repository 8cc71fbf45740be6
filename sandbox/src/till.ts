/** What happens when money moves: the books change, and the product is told by events. */
import { createHmac } from 'node:crypto'
import type { Dispute, Payment, Refund, Reversal, Transfer } from './entities.ts'
import type { Ledger, RefundWish } from './ledger.ts'
import type { Behaviour } from './misbehaviour.ts'
import type { Route, TransferWish } from './route.ts'
import type { Webhooks } from './webhooks.ts'

/** What a checkout hands to the page that opened it. */
export interface Receipt {
  razorpay_payment_id: string
  razorpay_order_id: string
  razorpay_signature: string
}

export type Till = ReturnType<typeof createTill>

interface Deps {
  ledger: Ledger
  route: Route
  webhooks: Webhooks
  behaviour: Behaviour
  keySecret: string
}

export function createTill({ ledger, route, webhooks, behaviour, keySecret }: Deps) {
  const capture = (paymentId: string, amount: number): Payment => {
    const payment = ledger.capture(paymentId, amount)
    webhooks.send('payment.captured', { payment })
    webhooks.send('order.paid', { payment, order: ledger.orders.get(payment.order_id) })
    return payment
  }
  const authorized = (payment: Payment): Payment => {
    webhooks.send('payment.authorized', { payment })
    return behaviour.now.capture === 'automatic' ? capture(payment.id, payment.amount) : payment
  }
  const tellRefund = (event: string, refund: Refund): Refund => {
    webhooks.send(event, { refund, payment: ledger.payments.get(refund.payment_id) })
    return refund
  }
  const tellTransfer = (transfer: Transfer): Transfer => {
    if (transfer.status !== 'pending') webhooks.send(`transfer.${transfer.status}`, { transfer })
    return transfer
  }
  const tellDispute = (event: string, dispute: Dispute): Dispute => {
    webhooks.send(`payment.dispute.${event}`, { payment: ledger.payments.get(dispute.payment_id), dispute })
    return dispute
  }

  return {
    capture,
    pay(orderId: string, again = false): Receipt {
      const payment = authorized(ledger.pay(orderId, true, again))
      const signature = createHmac('sha256', keySecret).update(`${orderId}|${payment.id}`).digest('hex')
      return {
        razorpay_payment_id: payment.id,
        razorpay_order_id: orderId,
        razorpay_signature: signature,
      }
    },
    fail(orderId: string): Payment {
      const payment = ledger.pay(orderId, false)
      webhooks.send('payment.failed', { payment })
      return payment
    },
    authorizeLate: (paymentId: string): Payment => authorized(ledger.authorizeLate(paymentId)),

    /** All that is left of it, unless an amount is given. Without a key: made at Razorpay's own pages. */
    refund(paymentId: string, wish: Partial<RefundWish>, key?: string): Refund {
      const payment = ledger.payments.get(paymentId)
      const amount = wish.amount ?? payment.amount - payment.amount_refunded
      const status = behaviour.now.refunds
      const { refund, isNew } = ledger.refund(paymentId, { ...wish, amount }, key, status)
      if (!isNew) return refund
      tellRefund('refund.created', refund)
      return status === 'processed' ? tellRefund('refund.processed', refund) : refund
    },
    endRefund: (refundId: string, status: 'processed' | 'failed'): Refund =>
      tellRefund(`refund.${status}`, ledger.endRefund(refundId, status)),

    transfer: (paymentId: string, wishes: TransferWish[]): Transfer[] =>
      route.transfer(paymentId, wishes, behaviour.now.transfers).map(tellTransfer),
    endTransfer: (transferId: string, status: 'processed' | 'failed'): Transfer =>
      tellTransfer(route.endTransfer(transferId, status)),
    reverse(transferId: string, amount?: number): Reversal {
      const reversal = route.reverse(transferId, amount)
      webhooks.send('transfer.reversed', { transfer: route.transfers.get(transferId), reversal })
      return reversal
    },

    openDispute: (paymentId: string, amount: number | undefined, reason: string): Dispute =>
      tellDispute(
        'created',
        ledger.openDispute(paymentId, amount ?? ledger.payments.get(paymentId).amount, reason),
      ),
    moveDispute: (disputeId: string, status: 'under_review' | 'won' | 'lost' | 'closed'): Dispute =>
      tellDispute(status, ledger.moveDispute(disputeId, status)),
  }
}
