/** A session does not take place: every seat goes, with all of its money, credits and coupons; nobody waits any more. */
import { shareOf } from '@peerlearn/contract/refund-policy'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { LockedSession } from '../sessions/queries.ts'
import type { ReleaseSeats } from '../sessions/cancelling.ts'
import { giveCouponsBack, lockCoupons } from './coupon-uses.ts'
import { giveAllCreditsBack } from './pack-credits.ts'
import type { DecideRefund } from './refund-due.ts'
import { closePurchases, endedSeat, endOffers } from './session-seats.ts'
import { closeWaitlist } from './waitlist-offers.ts'

const reasons = {
  'session-cancelled': 'The session was cancelled.',
  'too-few': 'Too few people booked the session.',
  'mentor-absent': 'The mentor did not come.',
}

/** The caller holds the session's lock, and has written that it is cancelled. */
export const createReleaseSeats =
  ({ decideRefund }: { decideRefund: DecideRefund }): ReleaseSeats =>
  async (trx, session, because) => {
    const seats = await findSeats(trx, session)
    const waited = await closeWaitlist(trx, session.id)
    if (seats.length > 0) await endSeats(trx, seats, because)
    await giveAllCreditsBack(trx, session.id)
    for (const seat of seats)
      if (seat.status === 'confirmed' && seat.paid_paise > 0 && seat.purchase_id)
        await decideRefund(trx, {
          purchaseId: seat.purchase_id,
          bookingId: seat.id,
          amountPaise: seat.paid_paise,
          reason: reasons[because],
          key: `seat-${seat.id}`,
          requestedBy: because === 'session-cancelled' ? session.mentorId : null,
        })
    const paid = seats.filter((seat) => seat.status === 'confirmed' && seat.paid_paise > 0 && !seat.pack_id)
    return {
      paid: paid.map((seat) => seat.buyer_id),
      credited: seats.flatMap((seat) => (seat.status === 'confirmed' && seat.pack_id ? seat.buyer_id : [])),
      seated: [...new Set(seats.flatMap((seat) => [seat.learner_id ?? seat.buyer_id, seat.buyer_id]))],
      waited: waited.map((one) => one.learnerId),
    }
  }

const findSeats = (trx: DbOrTrx, session: LockedSession) =>
  trx
    .selectFrom('booking')
    .leftJoin('purchase', 'purchase.id', 'booking.purchase_id')
    .select(['booking.id', 'booking.status', 'booking.learner_id', 'booking.buyer_id', 'booking.purchase_id'])
    .select(['booking.paid_paise', 'booking.pack_id', 'purchase.coupon_id'])
    .where('booking.session_id', '=', session.id)
    .where('booking.seat', 'is not', null)
    .orderBy('booking.purchase_id')
    .orderBy('booking.id')
    .execute()
type Seat = Awaited<ReturnType<typeof findSeats>>[number]

async function endSeats(trx: DbOrTrx, seats: Seat[], because: keyof typeof reasons): Promise<void> {
  const ids = seats.map((seat) => seat.id)
  const unpaid = seats.filter((seat) => seat.status === 'held')
  await lockCoupons(
    trx,
    seats.map((seat) => seat.coupon_id),
  )
  await trx
    .updateTable('booking')
    .set(endedSeat(because === 'mentor-absent' ? 'session-cancelled' : because))
    .where('id', 'in', ids)
    .execute()
  await endOffers(trx, ids, 'lapsed')
  await closePurchases(
    trx,
    unpaid.flatMap((seat) => seat.purchase_id ?? []),
    'cancelled',
  )
  await returnCoupons(
    trx,
    seats.filter((seat) => seat.status === 'confirmed'),
  )
}

/** Paid with a coupon: its use comes back with the last seat of the purchase. One may be in another session by now. */
async function returnCoupons(trx: DbOrTrx, seats: Seat[]): Promise<void> {
  const ids = seats.flatMap((seat) => (seat.coupon_id && seat.purchase_id) || [])
  if (ids.length === 0) return
  const rows = await trx
    .selectFrom('purchase')
    .select('coupon_id')
    .where('id', 'in', ids)
    .where(
      sql<boolean>`not exists (select from booking where purchase_id = purchase.id and seat is not null)`,
    )
    .execute()
  await giveCouponsBack(
    trx,
    rows.flatMap((row) => row.coupon_id ?? []),
  )
}

interface Judged {
  sessionId: string
  /** Shares in hundredths of a percent: what goes back of this session, and what earlier verdicts gave. */
  verdict: { refundBasisPoints: number; givenBasisPoints: number }
}

/**
 * Seats taken with packs, once a session was judged: of one that was not held the credit comes back; of one that ended
 * early that share of the credit's worth, as money. Other money is the payments' matter.
 */
export const createReturnCredits =
  ({ decideRefund }: { decideRefund: DecideRefund }) =>
  async (trx: DbOrTrx, { sessionId, verdict }: Judged): Promise<void> => {
    const { refundBasisPoints: share, givenBasisPoints: given } = verdict
    if (share <= given) return
    if (share === 10_000 && given === 0) return giveAllCreditsBack(trx, sessionId)
    for (const { id, purchaseId, paidPaise } of await findPackSeats(trx, sessionId)) {
      const amountPaise = shareOf(paidPaise, share) - shareOf(paidPaise, given)
      const key = `pack-seat-${share}-${id}`
      const due = { purchaseId, bookingId: id, amountPaise, key, reason: missed, requestedBy: null }
      if (amountPaise > 0) await decideRefund(trx, due)
    }
  }

const missed = 'A part of the session did not take place.'

const findPackSeats = (trx: DbOrTrx, sessionId: string) =>
  trx
    .selectFrom('booking')
    .innerJoin('pack', 'pack.id', 'booking.pack_id')
    .select(['booking.id', 'booking.paid_paise as paidPaise', 'pack.purchase_id as purchaseId'])
    .where('booking.session_id', '=', sessionId)
    .where('booking.status', '=', 'confirmed')
    .orderBy('pack.purchase_id')
    .orderBy('booking.id')
    .execute()
