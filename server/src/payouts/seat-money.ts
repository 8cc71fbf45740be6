/** What is left of the money of seats, by session and payment: paid, less the refunds decided for them. */
import { sql, type RawBuilder } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export interface SeatMoney {
  paymentId: string
  mentorId: string
  paise: number
}

/**
 * Seats whatever became of them: of one given back late, what its policy left belongs to the mentor. A seat of a pack is
 * paid by the pack's payment. What came back when a seat moved to a cheaper session was never this seat's.
 */
export const seatMoney = (which: RawBuilder<unknown>) => sql`
  select booking.session_id, payment.id as payment_id, payment.purchase_id, purchase.mentor_id,
    sum(greatest(booking.paid_paise - coalesce(back.paise, 0), 0))::int as paise
  from booking
  left join pack on pack.id = booking.pack_id
  join purchase on purchase.id = coalesce(pack.purchase_id, booking.purchase_id)
  join payment on payment.purchase_id = purchase.id and not payment.surplus and payment.captured_paise > 0
  left join lateral (
    select sum(amount_paise) as paise from refund
    where refund.booking_id = booking.id and refund.status <> 'void' and refund.key <> 'move-' || booking.id
  ) back on true
  where booking.paid_paise > 0 and ${which}
  group by booking.session_id, payment.id, purchase.mentor_id`

/** Of one session. In the order of purchases, in which whoever decides refunds locks payments too. */
export async function findSeatMoney(trx: DbOrTrx, sessionId: string): Promise<SeatMoney[]> {
  const { rows } = await sql<SeatMoney>`
    select payment_id as "paymentId", mentor_id as "mentorId", paise
    from (${seatMoney(sql`booking.session_id = ${sessionId}`)}) found where paise > 0 order by purchase_id`.execute(
    trx,
  )
  return rows
}
