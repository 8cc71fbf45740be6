/** Every way in which money moves, in words: each is one balanced entry under one key. expected.ts says the same in SQL. */
import type { DbOrTrx } from '../db.ts'
import { postEntry, type LedgerAccount } from './ledger.ts'

export interface MovedPayment {
  /** Ours, not Razorpay's. */
  id: string
}

/** Razorpay holds what was paid; no seat or pack yet. */
export const postCapture = (trx: DbOrTrx, { id }: MovedPayment, amountPaise: number): Promise<boolean> =>
  postEntry(trx, {
    key: `capture:${id}`,
    kind: 'capture',
    paymentId: id,
    lines: move('unallocated', 'gateway', amountPaise),
  })

/** What Razorpay keeps of it. */
export const postGatewayFee = (trx: DbOrTrx, { id }: MovedPayment, amountPaise: number): Promise<boolean> =>
  postEntry(trx, {
    key: `gateway-fee:${id}`,
    kind: 'gateway-fee',
    paymentId: id,
    lines: move('gateway', 'gateway-fees', amountPaise),
  })

/** The seats or the pack are the buyer's: the money is held for the mentor. */
export const postSeated = (
  trx: DbOrTrx,
  { id }: MovedPayment,
  { mentorId, amountPaise }: { mentorId: string; amountPaise: number },
): Promise<boolean> =>
  postEntry(trx, {
    key: `seated:${id}`,
    kind: 'seated',
    paymentId: id,
    lines: move(`held:${mentorId}`, 'unallocated', amountPaise),
  })

interface MovedRefund {
  id: string
  paymentId: string
  amountPaise: number
}

/** Money that is on its way back is nobody else's from now on. */
export const postRefundDecided = (trx: DbOrTrx, refund: MovedRefund): Promise<boolean> =>
  postRefund(trx, refund, 'refund-decided', 'refunds-due', 'home')

/** It left Razorpay. */
export const postRefundDone = (trx: DbOrTrx, refund: MovedRefund): Promise<boolean> =>
  postRefund(trx, refund, 'refund-done', 'gateway', 'refunds-due')

/** It will never be sent: Razorpay's own pages gave the money back before. */
export const postRefundVoid = (trx: DbOrTrx, refund: MovedRefund): Promise<boolean> =>
  postRefund(trx, refund, 'refund-void', 'home', 'refunds-due')

async function postRefund(
  trx: DbOrTrx,
  { id, paymentId, amountPaise }: MovedRefund,
  kind: string,
  ...between: [from: LedgerAccount | 'home', to: LedgerAccount | 'home']
): Promise<boolean> {
  const [from, to] = await withHome(trx, paymentId, between)
  const lines = move(from, to, amountPaise)
  return postEntry(trx, { key: `${kind}:${id}`, kind, paymentId, refundId: id, lines })
}

export interface MovedDispute {
  id: string
  paymentId: string
  amountPaise: number
}

/** A bank asks for the money back: it is set aside. */
export const postDisputeOpened = (trx: DbOrTrx, dispute: MovedDispute): Promise<boolean> =>
  postDispute(trx, dispute, 'dispute-opened', 'disputed', 'home')

/** Won, or closed without a loss: as before. Lost: Razorpay has taken it. */
export const postDisputeEnded = (trx: DbOrTrx, dispute: MovedDispute, lost: boolean): Promise<boolean> =>
  postDispute(trx, dispute, 'dispute-ended', lost ? 'gateway' : 'home', 'disputed')

async function postDispute(
  trx: DbOrTrx,
  { id, paymentId, amountPaise }: MovedDispute,
  kind: string,
  ...between: [from: LedgerAccount | 'home', to: LedgerAccount | 'home']
): Promise<boolean> {
  const [from, to] = await withHome(trx, paymentId, between)
  return postEntry(trx, { key: `${kind}:${id}`, kind, paymentId, lines: move(from, to, amountPaise) })
}

/** Credit the one, debit the other. */
const move = (from: LedgerAccount, to: LedgerAccount, amountPaise: number) => [
  { account: to, amountPaise },
  { account: from, amountPaise: -amountPaise },
]

/** A payment's money is at home with the mentor once the purchase was paid with it, else nowhere yet. */
async function withHome(
  trx: DbOrTrx,
  paymentId: string,
  accounts: [LedgerAccount | 'home', LedgerAccount | 'home'],
): Promise<[LedgerAccount, LedgerAccount]> {
  const { surplus, mentorId, paidAt } = await trx
    .selectFrom('payment')
    .innerJoin('purchase', 'purchase.id', 'payment.purchase_id')
    .select(['payment.surplus', 'purchase.mentor_id as mentorId', 'purchase.paid_at as paidAt'])
    .where('payment.id', '=', paymentId)
    .executeTakeFirstOrThrow()
  const home: LedgerAccount = paidAt && !surplus ? `held:${mentorId}` : 'unallocated'
  const [from, to] = accounts
  return [from === 'home' ? home : from, to === 'home' ? home : to]
}
