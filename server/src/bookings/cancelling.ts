/** A seat given back: what was paid for it comes back by the session's policy, decided in the same transaction. */
import type { Booking } from '@peerlearn/contract/bookings'
import type { CancelTerms } from '@peerlearn/contract/cancel-terms'
import { AppError } from '@peerlearn/contract/errors'
import { refundShare, shareOf } from '@peerlearn/contract/refund-policy'
import type { DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { lockSession, requireStatus, type LockedSession } from '../sessions/queries.ts'
import { announceSeats, type ChangedSeat, type SeatChange } from './announce.ts'
import { getOwnBooking, noBooking, type BookingDeps } from './bookings.ts'
import { lockCoupons } from './coupon-uses.ts'
import { giveCreditsBack } from './pack-credits.ts'
import type { DecideRefund } from './refund-due.ts'
import { closePurchases, endedSeat, endOffers } from './session-seats.ts'
import { freshenSeats } from './waitlist-offers.ts'

export interface Ask {
  bookingId: string
  who: Who
}

/**
 * Gives a seat back before the session starts. A guest gives a paid one back to who bought it. A held one goes with all
 * that were to be paid with it. Repeating it is harmless. @throws AppError `not-found`, `session-started` and the like
 */
export async function cancelBooking(deps: BookingDeps, { bookingId, who }: Ask): Promise<Booking> {
  const { sessionId } = await getOwnBooking(deps.db, bookingId, who.userId)
  const { changes, tellNow } = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    const changes = await end(trx, deps, session, await readSeat(trx, bookingId, who.userId), who.userId)
    return { changes, tellNow: await announceSeats(deps, trx, changes) }
  })
  await tellNow()
  if (changes.length > 0) await freshenSeats(deps, sessionId)
  return getEnded(deps, bookingId)
}

async function end(
  trx: DbOrTrx,
  { decideRefund }: BookingDeps,
  session: LockedSession,
  seat: Seat,
  userId: string,
): Promise<SeatChange[]> {
  if (seat.status === 'held') return dropHeld(trx, seat)
  if (seat.status !== 'confirmed') return []
  requireStatus(session, ['scheduled'])
  if (isReturned(seat, userId)) return returnToBuyer(trx, seat)
  refuseLoss(session, seat)
  return [await giveBack(trx, decideRefund, session, seat, userId)]
}

/** Its time has come, and nobody opened it: who waits gets everything back, who gives the seat back now would get nothing. */
function refuseLoss(session: LockedSession, seat: Seat): void {
  if (session.now >= session.startsAt && (seat.paid_paise > 0 || seat.pack_id))
    throw new AppError(
      'session-started',
      'It is time for this session. If the mentor does not come, all of it comes back to you by itself: keep the seat.',
    )
}

async function getEnded({ db }: BookingDeps, bookingId: string): Promise<Booking> {
  const { buyer_id } = await db
    .selectFrom('booking')
    .select('buyer_id')
    .where('id', '=', bookingId)
    .executeTakeFirstOrThrow()
  return getOwnBooking(db, bookingId, buyer_id)
}

export type Seat = Awaited<ReturnType<typeof readSeat>>

/** The row of one's own seat, or of one that one bought. The caller holds the session's lock. */
export async function readSeat(trx: DbOrTrx, bookingId: string, userId: string) {
  const row = await trx
    .selectFrom('booking')
    .leftJoin('purchase', 'purchase.id', 'booking.purchase_id')
    .select(['booking.id', 'booking.session_id', 'booking.learner_id', 'booking.buyer_id', 'booking.status'])
    .select(['booking.purchase_id', 'booking.pack_id', 'booking.paid_paise', 'booking.price_paise'])
    .select(['booking.guest_email', 'booking.guest_hash', 'booking.created_at', 'purchase.coupon_id'])
    .where('booking.id', '=', bookingId)
    .where((eb) => eb.or([eb('booking.learner_id', '=', userId), eb('booking.buyer_id', '=', userId)]))
    .executeTakeFirst()
  if (!row) throw noBooking()
  return row
}

/** An order covers all seats of its purchase: without one of them it can't be paid. */
async function dropHeld(trx: DbOrTrx, seat: Seat): Promise<SeatChange[]> {
  await lockCoupons(trx, [seat.coupon_id])
  const rows = await trx
    .updateTable('booking')
    .set(endedSeat('cancelled'))
    .where('status', '=', 'held')
    .where((eb) => (seat.purchase_id ? eb('purchase_id', '=', seat.purchase_id) : eb('id', '=', seat.id)))
    .returning(['id', 'learner_id'])
    .execute()
  await endOffers(
    trx,
    rows.map(({ id }) => id),
    'left',
  )
  if (seat.purchase_id) await closePurchases(trx, [seat.purchase_id], 'cancelled')
  return rows.map((row) => changed(seat.session_id, row, 'cancelled'))
}

const changed = (
  sessionId: string,
  row: { id: string; learner_id: string | null },
  status: Booking['status'],
): ChangedSeat => ({ sessionId, bookingId: row.id, learnerId: row.learner_id, status })

/** Is it a guest's own seat, which was paid by another? */
export const isReturned = (seat: Seat, userId: string): boolean =>
  seat.status === 'confirmed' && seat.buyer_id !== userId && (seat.paid_paise > 0 || seat.pack_id !== null)

/** A guest's seat has its money from another: it is theirs to decide about. */
async function returnToBuyer(trx: DbOrTrx, seat: Seat): Promise<SeatChange[]> {
  await trx
    .updateTable('booking')
    .set({ learner_id: null, guest_email: null, guest_hash: null })
    .where('id', '=', seat.id)
    .execute()
  return [{ ...changed(seat.session_id, seat, 'confirmed'), because: 'guest-left' }]
}

async function giveBack(
  trx: DbOrTrx,
  decideRefund: DecideRefund,
  session: LockedSession,
  seat: Seat,
  userId: string,
): Promise<SeatChange> {
  await trx.updateTable('booking').set(endedSeat('cancelled')).where('id', '=', seat.id).execute()
  const { refundPaise, creditBack } = termsOf(session, seat)
  if (creditBack) await giveCreditsBack(trx, [seat])
  if (refundPaise > 0 && seat.purchase_id)
    await decideRefund(trx, {
      purchaseId: seat.purchase_id,
      bookingId: seat.id,
      amountPaise: refundPaise,
      reason: 'The seat was given back.',
      key: `seat-${seat.id}`,
      requestedBy: userId,
    })
  const ofGuest = seat.learner_id !== userId
  const because = ofGuest ? 'buyer-cancelled' : 'given-back'
  return { ...changed(session.id, seat, 'cancelled'), because, creditBack }
}

/** The share that comes back now. Who booked before the time was moved may leave without loss. */
export function termsOf(
  session: LockedSession,
  seat: Seat,
): Omit<CancelTerms, 'goes' | 'stays' | 'returnsTo'> {
  const refund = { fullHours: session.fullHours, halfHours: session.halfHours }
  const moved =
    session.movedAt !== null && seat.created_at < session.movedAt && session.now < session.startsAt
  const basisPoints = moved ? 10_000 : refundShare(refund, session.startsAt, session.now)
  const paid = seat.status === 'confirmed' && !seat.pack_id ? seat.paid_paise : 0
  const costs = paid > 0 || seat.pack_id !== null
  return {
    held: seat.status === 'held',
    basisPoints,
    paidPaise: paid,
    refundPaise: shareOf(paid, basisPoints),
    creditBack: seat.status === 'confirmed' && seat.pack_id !== null && basisPoints === 10_000,
    movable:
      seat.status === 'confirmed' && session.status === 'scheduled' && (!costs || basisPoints === 10_000),
    refund,
  }
}
