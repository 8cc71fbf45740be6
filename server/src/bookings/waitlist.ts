/** Waiting for a seat of a full session: ask, give up, take the seat that is offered. */
import type { Booking } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import type { waitlistRoutes } from '@peerlearn/contract/waitlist'
import type { BodyOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { lockAgendas, refuseConflict } from '../sessions/conflicts.ts'
import { lockSession, type LockedSession } from '../sessions/queries.ts'
import { findWaiting } from '../sessions/waiting.ts'
import { announceSeats, type SeatChange } from './announce.ts'
import {
  alreadyBooked,
  chargeFor,
  getOwnBooking,
  openPurchase,
  withSeats,
  type BookingDeps,
} from './bookings.ts'
import { useCredits } from './pack-credits.ts'
import { seatAll } from './purchases.ts'
import { closePurchases, endedSeat, endOffers, requireOpen } from './session-seats.ts'
import { lockCoupons } from './coupon-uses.ts'
import { freshenSeats } from './waitlist-offers.ts'

interface Ask {
  sessionId: string
  who: Who
}

/** Joins the queue; who is in it keeps the place. @throws AppError `seats-free` when there is nothing to wait for */
export async function joinWaitlist(deps: BookingDeps, { sessionId, who }: Ask) {
  await withSeats(deps, sessionId, who.userId, async (trx, session, seats) => {
    if (session.mentorId === who.userId) throw new AppError('own-session', 'This is your own session.')
    if (await findWaiting(trx, sessionId, who.userId)) return
    if (seats.mine) throw alreadyBooked()
    if (seats.free.length > 0) throw new AppError('seats-free', 'There is a free seat: book it.')
    await lockAgendas(trx, [who.userId])
    await refuseConflict(trx, who.userId, session, [sessionId])
    await trx
      .insertInto('waitlist_entry')
      // The order is that of the lock; now() would be that of coming to it.
      .values({
        id: newId(),
        session_id: sessionId,
        learner_id: who.userId,
        created_at: sql`clock_timestamp()`,
      })
      .execute()
  })
  const waiting = await findWaiting(deps.db, sessionId, who.userId)
  if (!waiting) throw noOffer()
  return waiting
}

/** Leaves the queue, or refuses the seat that is offered: it goes to the next. Repeating it is harmless. */
export async function leaveWaitlist(
  deps: BookingDeps,
  { sessionId, who }: Ask,
): Promise<Record<string, never>> {
  const { freed, tellNow } = await deps.db.transaction().execute(async (trx) => {
    await lockSession(trx, sessionId)
    await trx
      .updateTable('waitlist_entry')
      .set({ status: 'left' })
      .where('session_id', '=', sessionId)
      .where('learner_id', '=', who.userId)
      .where('status', '=', 'waiting')
      .execute()
    const offer = await findOffer(trx, sessionId, who.userId)
    const freed = offer ? [await dropOffer(trx, sessionId, offer)] : []
    return { freed, tellNow: await announceSeats(deps, trx, freed) }
  })
  await tellNow()
  if (freed.length > 0) await freshenSeats(deps, sessionId)
  return {}
}

async function dropOffer(trx: DbOrTrx, sessionId: string, offer: Offer): Promise<SeatChange> {
  await lockCoupons(trx, [offer.couponId])
  await endOffers(trx, [offer.id], 'left')
  await trx.updateTable('booking').set(endedSeat('offer-over')).where('id', '=', offer.id).execute()
  if (offer.purchaseId) await closePurchases(trx, [offer.purchaseId], 'cancelled')
  return { sessionId, bookingId: offer.id, learnerId: null, status: 'cancelled' }
}

/**
 * Takes the offered seat. To be paid: as any held one, until the offer ends. Repeating it answers the same seat.
 * @throws AppError `no-offer` when it is over
 */
export async function acceptOffer(
  deps: BookingDeps,
  { sessionId, who }: Ask,
  payment: BodyOf<typeof waitlistRoutes.accept>,
): Promise<Booking> {
  const { bookingId, tellNow } = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    const offer = await findOffer(trx, sessionId, who.userId)
    if (!offer || offer.over) throw noOffer()
    // Booking may have closed since; what was offered stands.
    requireOpen({ ...session, closed: false })
    const changes = offer.purchaseId
      ? refuseOther(offer, payment)
      : await take(trx, session, offer, who, payment)
    return { bookingId: offer.id, tellNow: await announceSeats(deps, trx, changes) }
  })
  await tellNow()
  return getOwnBooking(deps.db, bookingId, who.userId)
}

/** It was taken before: at that price, or not at all. */
function refuseOther(offer: Offer, { coupon, packId }: BodyOf<typeof waitlistRoutes.accept>): SeatChange[] {
  if (packId !== undefined)
    throw new AppError('pack-empty', `You have taken this seat already. ${payIt}`, { packId: takenBefore })
  if (coupon !== undefined && coupon !== offer.couponCode)
    throw new AppError('coupon-refused', `You have taken this seat already. ${payIt}`, {
      coupon: takenBefore,
    })
  return []
}

const takenBefore = 'The seat was taken without it.'
const payIt = 'Pay it as it is, or give it back: then it goes to the next.'

async function take(
  trx: DbOrTrx,
  session: LockedSession,
  offer: Offer,
  who: Who,
  payment: BodyOf<typeof waitlistRoutes.accept>,
): Promise<SeatChange[]> {
  // At the price that was told with the offer.
  const price = await chargeFor(trx, { ...session, pricePaise: offer.pricePaise }, 1, payment)
  if (price.list > 0 && payment.packId) {
    const [worth] = await useCredits(trx, payment.packId, session, who, 1)
    return confirm(trx, session.id, offer, { pack_id: payment.packId, paid_paise: worth ?? 0 })
  }
  if (price.list === 0) return confirm(trx, session.id, offer, {})
  const purchaseId = await openPurchase(trx, { session, who, price, count: 1, until: offer.heldUntil })
  await trx.updateTable('booking').set({ purchase_id: purchaseId }).where('id', '=', offer.id).execute()
  return price.amount === 0 ? seatAll(trx, { id: purchaseId, amount_paise: 0 }, session.id) : []
}

async function confirm(
  trx: DbOrTrx,
  sessionId: string,
  offer: Offer,
  values: { pack_id?: string; paid_paise?: number },
): Promise<SeatChange[]> {
  await trx
    .updateTable('booking')
    .set({ status: 'confirmed', held_until: null, ...values })
    .where('id', '=', offer.id)
    .execute()
  await endOffers(trx, [offer.id], 'taken')
  return [{ sessionId, bookingId: offer.id, learnerId: offer.learnerId, status: 'confirmed' }]
}

type Offer = NonNullable<Awaited<ReturnType<typeof findOffer>>>

/** The seat that is kept for who waited. The caller holds the session's lock. */
const findOffer = (trx: DbOrTrx, sessionId: string, learnerId: string) =>
  trx
    .selectFrom('waitlist_entry')
    .innerJoin('booking', 'booking.id', 'waitlist_entry.booking_id')
    .leftJoin('purchase', 'purchase.id', 'booking.purchase_id')
    .leftJoin('coupon', 'coupon.id', 'purchase.coupon_id')
    .select([
      'coupon.code as couponCode',
      'booking.id',
      'booking.purchase_id as purchaseId',
      'booking.price_paise as pricePaise',
    ])
    .select(['purchase.coupon_id as couponId', 'waitlist_entry.learner_id as learnerId'])
    .select(sql<Date>`booking.held_until`.as('heldUntil'))
    .select(sql<boolean>`booking.held_until <= now()`.as('over'))
    .where('waitlist_entry.session_id', '=', sessionId)
    .where('waitlist_entry.learner_id', '=', learnerId)
    .where('waitlist_entry.status', '=', 'offered')
    .executeTakeFirst()

const noOffer = () =>
  new AppError('no-offer', 'No seat is kept for you any more: it went to the next. You can wait again.')
