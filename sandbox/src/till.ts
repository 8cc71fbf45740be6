/** What happens when money moves: the books change, and the product is told by events. */
import { createHmac } from 'node:crypto'
import type { Ledger, Payment, Refund } from './ledger.ts'
import type { Webhooks } from './webhooks.ts'

/** What a checkout hands to the page that opened it. */
export interface Receipt {
  razorpay_payment_id: string
  razorpay_order_id: string
  razorpay_signature: string
}

export type Till = ReturnType<typeof createTill>

export function createTill({
  ledger,
  webhooks,
  keySecret,
  autoCapture,
}: {
  ledger: Ledger
  webhooks: Webhooks
  keySecret: string
  /** Capture by itself, as an account's settings have it by default. */
  autoCapture: boolean
}) {
  const capture = (paymentId: string, amount: number): Payment => {
    const payment = ledger.capture(paymentId, amount)
    webhooks.send('payment.captured', { payment })
    webhooks.send('order.paid', { payment, order: ledger.getOrder(payment.order_id) })
    return payment
  }
  return {
    capture,
    pay(orderId: string): Receipt {
      const payment = ledger.pay(orderId, true)
      webhooks.send('payment.authorized', { payment })
      if (autoCapture) capture(payment.id, payment.amount)
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
    /** All that is left of it, unless an amount is given. */
    refund(paymentId: string, amount: number | undefined, key: string): Refund {
      const payment = ledger.getPayment(paymentId)
      const refund = ledger.refund(paymentId, amount ?? payment.amount - payment.amount_refunded, key)
      webhooks.send('refund.processed', { payment, refund })
      return refund
    },
  }
}
