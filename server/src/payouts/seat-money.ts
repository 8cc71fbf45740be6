/** What is left of the money of seats, by session and payment: paid, less the refunds decided for them. */
import { sql, type RawBuilder } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export interface SeatMoney {
  paymentId: string
  mentorId: string
  paise: number
}

/**
 * What came back of `booking`, of what was paid for this seat. When a seat moved to a cheaper session, the difference that
 * came back was never a part of the new one's price.
 */
export const cameBack = sql<number>`(select coalesce(sum(amount_paise), 0)::int from refund
  where refund.booking_id = booking.id and refund.status <> 'void' and refund.key <> 'move-' || booking.id)`

/**
 * Seats whatever became of them: of one given back late, what its policy left belongs to the mentor. A seat of a pack is
 * paid by the pack's payment.
 */
export const seatMoney = (which: RawBuilder<unknown>) => sql`
  select booking.session_id, payment.id as payment_id, payment.purchase_id, purchase.mentor_id,
    sum(greatest(booking.paid_paise - ${cameBack}, 0))::int as paise
  from booking
  left join pack on pack.id = booking.pack_id
  join purchase on purchase.id = coalesce(pack.purchase_id, booking.purchase_id)
  join payment on payment.purchase_id = purchase.id and not payment.surplus and payment.captured_paise > 0
  where booking.paid_paise > 0 and ${which}
  group by booking.session_id, payment.id, purchase.mentor_id`

/**
 * Locks all that a session's money may move, before anything of it is decided: packs, then payments, each in one order.
 * Two sessions share payments, by a pack or a seat that moved: without it their verdicts could wait for each other.
 */
export async function lockSeatMoney(trx: DbOrTrx, sessionId: string): Promise<void> {
  await sql`select from pack where id in (select pack_id from booking where session_id = ${sessionId})
    order by id for no key update`.execute(trx)
  await sql`select from payment where not surplus and purchase_id in (
      select coalesce(pack.purchase_id, booking.purchase_id)
      from booking left join pack on pack.id = booking.pack_id where booking.session_id = ${sessionId})
    order by purchase_id for no key update`.execute(trx)
}

/** Of one session, in the order in which payments are locked. */
export async function findSeatMoney(trx: DbOrTrx, sessionId: string): Promise<SeatMoney[]> {
  const { rows } = await sql<SeatMoney>`
    select payment_id as "paymentId", mentor_id as "mentorId", paise
    from (${seatMoney(sql`booking.session_id = ${sessionId}`)}) found where paise > 0 order by purchase_id`.execute(
    trx,
  )
  return rows
}
