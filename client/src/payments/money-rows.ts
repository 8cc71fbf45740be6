/** What was paid and what went back, each a row of its own, newest first. */
import type { Document } from '@peerlearn/contract/documents'
import type { OwnRefund, Payment } from '@peerlearn/contract/payments'
import type { StateKind } from '../ui/state-icons.ts'

export interface MoneyRow {
  key: string
  at: string
  payment: Payment
  /** Money that went back of the payment; else the payment itself. */
  refund?: OwnRefund
  state: { kind: StateKind | 'plain'; words: string; more?: string }
  /** Less than nothing: it came back. */
  amountPaise: number
  papers: Document[]
}

const payments: Record<Payment['status'], MoneyRow['state']> = {
  created: { kind: 'plain', words: 'Not paid' },
  authorized: { kind: 'info', words: 'On its way' },
  captured: { kind: 'good', words: 'Paid' },
  failed: { kind: 'bad', words: 'Failed' },
  // What went back has rows of its own.
  refunded: { kind: 'good', words: 'Paid' },
}

const refunds: Record<OwnRefund['status'], MoneyRow['state']> = {
  waiting: { kind: 'info', words: 'On its way back' },
  sent: { kind: 'info', words: 'On its way back' },
  done: { kind: 'good', words: 'Given back' },
  failed: { kind: 'warn', words: 'Delayed', more: 'It is still owed to you; we are looking into it.' },
}

export const moneyRows = (items: readonly Payment[], documents: readonly Document[]): MoneyRow[] =>
  items
    .flatMap((payment) => [paymentRow(payment, documents), ...refundRows(payment, documents)])
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))

function paymentRow(payment: Payment, documents: readonly Document[]): MoneyRow {
  const { id, createdAt, purchaseId, surplus, status, refunds } = payment
  return {
    key: id,
    at: createdAt,
    payment,
    // Razorpay let a payment lapse that was never fetched: nothing was taken, so nothing goes back.
    state: status === 'refunded' && refunds.length === 0 ? lapsed : payments[status],
    amountPaise: payment.amountPaise,
    papers: surplus ? [] : documents.filter((paper) => isOf(paper, purchaseId) && paper.refundId === null),
  }
}

const lapsed: MoneyRow['state'] = { kind: 'plain', words: 'Not taken', more: 'The bank let it go again.' }

const refundRows = (payment: Payment, documents: readonly Document[]): MoneyRow[] =>
  payment.refunds.map((refund) => ({
    key: refund.id,
    at: refund.createdAt,
    payment,
    refund,
    state: refunds[refund.status],
    amountPaise: -refund.amountPaise,
    papers: documents.filter(({ refundId }) => refundId === refund.id),
  }))

const isOf = (paper: Document, purchaseId: string): boolean => paper.purchaseId === purchaseId
