/** How money moves to mentors: each movement is one balanced entry under one key. expected.ts says the same in SQL. */
import type { DbOrTrx } from '../db.ts'
import { postEntry, type LedgerAccount } from './ledger.ts'

export interface MovedPayout {
  id: string
  paymentId: string
  mentorId: string
}

type Line = [account: LedgerAccount, amountPaise: number]

const post = (trx: DbOrTrx, payout: MovedPayout, kind: string, what: string, lines: Line[]) =>
  postEntry(trx, {
    key: `${kind}:${what}`,
    kind,
    paymentId: payout.paymentId,
    payoutId: payout.id,
    lines: lines.map(([account, amountPaise]) => ({ account, amountPaise })),
  })

/** The session was given: what was held is the mentor's, less the platform's part. */
export const postPayoutDue = (
  trx: DbOrTrx,
  payout: MovedPayout,
  { grossPaise, feePaise }: { grossPaise: number; feePaise: number },
): Promise<boolean> =>
  post(trx, payout, 'payout-due', payout.id, [
    [`held:${payout.mentorId}`, grossPaise],
    [`payable:${payout.mentorId}`, feePaise - grossPaise],
    ['fees', -feePaise],
  ])

/** It went back to its payer after all: the mentor owes their part, and the platform's is none. `total`: with all before. */
export const postTakenBack = (
  trx: DbOrTrx,
  payout: MovedPayout,
  { grossPaise, feePaise, total }: { grossPaise: number; feePaise: number; total: number },
): Promise<boolean> =>
  post(trx, payout, 'payout-taken-back', `${payout.id}:${total}`, [
    [`held:${payout.mentorId}`, -grossPaise],
    [`payable:${payout.mentorId}`, grossPaise - feePaise],
    ['fees', feePaise],
  ])

/** Razorpay took the transfer on. */
export const postTransferred = (
  trx: DbOrTrx,
  payout: MovedPayout,
  { transferId, amountPaise }: { transferId: string; amountPaise: number },
): Promise<boolean> =>
  post(trx, payout, 'payout-transferred', transferId, [
    [`payable:${payout.mentorId}`, amountPaise],
    ['gateway', -amountPaise],
  ])

/** It did not arrive: the money is with Razorpay for us as before. */
export const postTransferFailed = (
  trx: DbOrTrx,
  payout: MovedPayout,
  { transferId, amountPaise }: { transferId: string; amountPaise: number },
): Promise<boolean> =>
  post(trx, payout, 'payout-failed', transferId, [
    ['gateway', amountPaise],
    [`payable:${payout.mentorId}`, -amountPaise],
  ])

/** Fetched back from the mentor's account on Razorpay's own pages. `total`: with all before. */
export const postTransferReversed = (
  trx: DbOrTrx,
  payout: MovedPayout,
  { transferId, amountPaise, total }: { transferId: string; amountPaise: number; total: number },
): Promise<boolean> =>
  post(trx, payout, 'payout-reversed', `${transferId}:${total}`, [
    ['gateway', amountPaise],
    [`payable:${payout.mentorId}`, -amountPaise],
  ])
