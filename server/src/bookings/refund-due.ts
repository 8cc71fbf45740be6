/** Money that goes back is decided here, in the transaction that ends the seat; payments do the rest. */
import { sql } from 'kysely'
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

/** The most that decideRefund gives for the purchase of `booking`: what is left of its payment. */
export const mostBack = sql<number>`coalesce((select captured_paise - refunded_paise from payment
  where payment.purchase_id = booking.purchase_id and not payment.surplus and captured_paise > 0 limit 1), 0)::int`

/** Called with the session's lock held: it may lock the payment, but no session. */
export type DecideRefund = (trx: DbOrTrx, due: RefundDue) => Promise<void>
