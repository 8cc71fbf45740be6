/** Money that goes back is decided here, in the transaction that ends the seat; payments do the rest. */
import type { DbOrTrx } from '../db.ts'

export interface RefundDue {
  purchaseId: string
  /** The seat that it is for; null for the whole purchase. */
  bookingId: string | null
  /** More than nothing, and with all refunds before it no more than was paid. */
  amountPaise: number
  /** For the person who reads it later: “You gave the seat back.” */
  reason: string
  /** The same decision twice is one refund. 10 to 100 characters. */
  key: string
  /** Who asked for it; null for the product itself. */
  requestedBy: string | null
}

/** Called with the session's lock held: it may lock the payment, but no session. */
export type DecideRefund = (trx: DbOrTrx, due: RefundDue) => Promise<void>
