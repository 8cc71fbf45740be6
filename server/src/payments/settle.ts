/** What Razorpay says of a payment becomes a seat, or money on its way back. States only move forward. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { expireHolds, findFreeSeat, hasSeat } from '../bookings/bookings.ts'
import type { SeatChange } from '../bookings/announce.ts'
import { lockSession, type LockedSession } from '../sessions/queries.ts'
import type { PaymentFact } from './gateway.ts'

const forward = ['created', 'failed', 'authorized', 'captured', 'refunded'] as const

export interface Settled {
  /** Seats that were taken or became free, to be announced after the commit. */
  changes: SeatChange[]
  /** A second payment on an order that is paid: the caller gives it back. */
  surplus?: PaymentFact
}

/**
 * Applies a fact that came from Razorpay itself (a signed webhook, or its API). A captured payment confirms the held
 * seat; after the hold ran out, any seat still free. Money without a seat stays `captured`, and refundSeatless finds it.
 */
export async function settle(trx: DbOrTrx, fact: PaymentFact): Promise<Settled> {
  const known = await findOrder(trx, fact.orderId)
  if (!known || known.amountPaise !== fact.amountPaise) return { changes: [] }
  const session = await lockSession(trx, known.sessionId)
  const stored = await trx
    .selectFrom('payment')
    .select(['id', 'status', 'payment_id as paymentId'])
    .where('id', '=', known.id)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const paid = stored.status === 'captured' || stored.status === 'refunded'
  if (paid && stored.paymentId !== fact.paymentId)
    return { changes: [], ...(fact.status === 'captured' && { surplus: fact }) }
  if (forward.indexOf(fact.status) > forward.indexOf(stored.status))
    await trx
      .updateTable('payment')
      .set({ status: fact.status, payment_id: fact.paymentId, updated_at: sql`now()` })
      .where('id', '=', stored.id)
      .execute()
  return { changes: fact.status === 'captured' ? await seat(trx, session, known.bookingId) : [] }
}

const findOrder = (trx: DbOrTrx, orderId: string) =>
  trx
    .selectFrom('payment')
    .innerJoin('booking', 'booking.id', 'payment.booking_id')
    .select(['payment.id', 'payment.amount_paise as amountPaise'])
    .select(['booking.id as bookingId', 'booking.session_id as sessionId'])
    .where('payment.order_id', '=', orderId)
    .executeTakeFirst()

/** Confirms the booking if it has a seat, or can still have one. */
async function seat(trx: DbOrTrx, session: LockedSession, bookingId: string): Promise<SeatChange[]> {
  const booking = await trx
    .selectFrom('booking')
    .select(['status', 'learner_id as learnerId', 'seat'])
    .where('id', '=', bookingId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  const { learnerId } = booking
  const confirmed: SeatChange = { sessionId: session.id, bookingId, learnerId, status: 'confirmed' }
  // A hold that is overdue but not swept yet still has its seat.
  if (booking.status === 'held') {
    await confirm(trx, bookingId, booking.seat)
    return [confirmed]
  }
  if (booking.status !== 'expired' || (session.status !== 'scheduled' && session.status !== 'live')) return []
  const freed = await expireHolds(trx, session.id)
  const free = (await hasSeat(trx, session.id, learnerId)) ? undefined : await findFreeSeat(trx, session)
  if (free === undefined) return freed
  await confirm(trx, bookingId, free)
  return [...freed, confirmed]
}

const confirm = (trx: DbOrTrx, bookingId: string, seatNumber: number | null) =>
  trx
    .updateTable('booking')
    .set({ status: 'confirmed', seat: seatNumber, held_until: null })
    .where('id', '=', bookingId)
    .execute()
