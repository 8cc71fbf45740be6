/** Seats: taken under the session's lock, one transaction each; everybody is told after it commits. */
import type { Booking, bookingRoutes } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import type { BodyOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { newId, violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Limits } from '../rate-limit.ts'
import { lockAgendas, refuseConflict } from '../sessions/conflicts.ts'
import { lockSession, type LockedSession } from '../sessions/queries.ts'
import { bookingColumns, toBooking } from '../sessions/seats.ts'
import type { Turns } from '../turns.ts'
import { announceSeats, type AnnounceDeps } from './announce.ts'
import { findDiscount, takeCoupon } from './coupon-uses.ts'
import { countingInvitations, freeInvitations } from './invitation-limit.ts'
import { useCredits } from './pack-credits.ts'
import type { DecideRefund } from './refund-due.ts'
import { isStale, readOpenSeats, readSeats, requireOpen, type SessionSeats } from './session-seats.ts'
import { freshenSeats } from './waitlist-offers.ts'

export interface BookingDeps extends AnnounceDeps {
  db: Db
  limits: Pick<Limits, 'count' | 'giveBack'>
  decideRefund: DecideRefund
  turns: Turns
}

export type Wish = BodyOf<typeof bookingRoutes.book>
type Payment = Pick<Wish, 'coupon' | 'packId'>

/**
 * Books seats for oneself and for guests: confirmed at once when nothing is to be paid, else held for ten minutes.
 * @returns the first of them
 * @throws AppError `already-booked`, `session-full`, `own-session`, `time-conflict`, `coupon-refused`, `pack-empty` …
 */
export async function bookSeats(
  deps: BookingDeps,
  { sessionId, who, wish }: { sessionId: string; who: Who; wish: Wish },
): Promise<Booking> {
  const counted = await freeInvitations(deps.db, sessionId, wish)
  // One after another: a crowd before one class must not take every connection.
  const { bookingId, tellNow } = await countingInvitations(
    deps,
    { buyerId: who.userId, count: counted },
    () => deps.turns.run(sessionId, () => bookInTurn(deps, { sessionId, who, wish, counted })),
  )
  await tellNow()
  return getBooking(deps.db, bookingId)
}

interface Turn {
  sessionId: string
  who: Who
  wish: Wish
  counted: number
}

async function bookInTurn(deps: BookingDeps, { sessionId, who, wish, counted }: Turn) {
  const count = wish.guests.length + Number(wish.self)
  await refuseEarly(deps.db, sessionId, { learnerId: wish.self ? who.userId : null, count })
  return withSeats(deps, sessionId, who.userId, async (trx, session, seats) => {
    if (session.mentorId === who.userId) throw new AppError('own-session', 'This is your own session.')
    if (wish.self && seats.mine) throw alreadyBooked()
    if (seats.free.length < count) throw full(seats.free.length)
    const taken = await take(trx, { session, who, wish, counted, seats: seats.free.slice(0, count) })
    return { bookingId: taken[0]?.bookingId ?? '', tellNow: await announceSeats(deps, trx, taken) }
  })
}

/** Most who come to a full session need no lock to be told so. What is found here was true a moment ago. */
async function refuseEarly(
  db: DbOrTrx,
  sessionId: string,
  { learnerId, count }: { learnerId: string | null; count: number },
): Promise<void> {
  const seats = await readOpenSeats(db, sessionId, learnerId)
  if (seats && !isStale(seats) && !seats.mine && seats.free.length < count) throw full(seats.free.length)
}

/**
 * Runs `work` with the session locked, open, and its seats as they are: holds that ran out are ended before, and what
 * became free was offered to those who wait.
 */
export async function withSeats<T>(
  deps: BookingDeps,
  sessionId: string,
  learnerId: string,
  work: (trx: DbOrTrx, session: LockedSession, seats: SessionSeats) => Promise<T>,
): Promise<T> {
  for (let tries = 5; tries > 0; tries--) {
    const done = await deps.db.transaction().execute(async (trx) => {
      const session = await lockSession(trx, sessionId)
      requireOpen(session)
      const seats = await readSeats(trx, session, learnerId)
      return isStale(seats) ? undefined : { result: await work(trx, session, seats) }
    })
    if (done) return done.result
    await freshenSeats(deps, sessionId)
  }
  throw full(0)
}

interface Taking {
  session: LockedSession
  who: Who
  wish: Wish
  /** Invitations that were counted before. */
  counted: number
  seats: number[]
}

interface Seated {
  sessionId: string
  bookingId: string
  learnerId: string | null
  status: 'held' | 'confirmed'
}

async function take(trx: DbOrTrx, { session, who, wish, counted, seats }: Taking): Promise<Seated[]> {
  const price = await chargeFor(trx, session, seats.length, wish)
  if (wish.self) {
    await lockAgendas(trx, [who.userId])
    await refuseConflict(trx, who.userId, session, [session.id])
  }
  const worths =
    wish.packId && price.list > 0 ? await useCredits(trx, wish.packId, session, who, seats.length) : null
  const free = price.amount === 0 || worths !== null
  if (free && counted < wish.guests.length) throw priceFell()
  const purchaseId =
    price.list > 0 && !worths ? await openPurchase(trx, { session, who, price, count: seats.length }) : null
  const people = [...(wish.self ? [null] : []), ...wish.guests]
  const rows = people.map((guest, i) => ({
    id: newId(),
    session_id: session.id,
    session_capacity: session.capacity,
    learner_id: guest === null ? who.userId : null,
    buyer_id: who.userId,
    guest_email: guest,
    purchase_id: purchaseId,
    pack_id: worths ? (wish.packId ?? null) : null,
    paid_paise: worths?.[i] ?? 0,
    seat: seats[i] ?? null,
    status: free ? ('confirmed' as const) : ('held' as const),
    price_paise: session.pricePaise,
    held_until: free ? null : holdEnd,
  }))
  await trx.insertInto('booking').values(rows).execute().catch(refuseTaken)
  return rows.map((row) => ({
    sessionId: session.id,
    bookingId: row.id,
    learnerId: row.learner_id,
    status: row.status,
  }))
}

export interface Price {
  list: number
  discount: number
  amount: number
  couponId: string | null
}

/** What so many seats cost, with a use of the coupon taken. */
export async function chargeFor(
  trx: DbOrTrx,
  session: LockedSession,
  count: number,
  { coupon, packId }: Payment,
): Promise<Price> {
  const list = session.pricePaise * count
  if (coupon === undefined || packId !== undefined || list === 0)
    return { list, discount: 0, amount: list, couponId: null }
  const { couponId, paise } = await findDiscount(trx, session, coupon, list)
  await takeCoupon(trx, couponId)
  return { list, discount: paise, amount: list - paise, couponId }
}

export const holdEnd = sql<Date>`now() + interval '10 minutes'`

/** A purchase to be paid within the hold; one that costs nothing is paid already. @returns its id */
export async function openPurchase(
  trx: DbOrTrx,
  { session, who, price, count, until = holdEnd }: Order,
): Promise<string> {
  const id = newId()
  const open = price.amount > 0
  await trx
    .insertInto('purchase')
    .values({
      id,
      buyer_id: who.userId,
      mentor_id: session.mentorId,
      session_id: session.id,
      quantity: count,
      list_paise: price.list,
      discount_paise: price.discount,
      amount_paise: price.amount,
      coupon_id: price.couponId,
      status: open ? 'open' : 'paid',
      held_until: open ? until : null,
      paid_at: open ? null : sql`now()`,
    })
    .execute()
  return id
}

interface Order {
  session: LockedSession
  who: { userId: string }
  price: Price
  count: number
  until?: typeof holdEnd | Date
}

/** @throws AppError `not-found`, for a booking that is neither the person's seat nor bought by them too */
export async function getOwnBooking(db: DbOrTrx, bookingId: string, userId: string): Promise<Booking> {
  const row = await db
    .selectFrom('booking')
    .select(bookingColumns)
    .where('booking.id', '=', bookingId)
    .where((eb) => eb.or([eb('booking.learner_id', '=', userId), eb('booking.buyer_id', '=', userId)]))
    .executeTakeFirst()
  if (!row) throw noBooking()
  return toBooking(row)
}

export const noBooking = () => new AppError('not-found', 'There is no such booking of yours.')

async function getBooking(db: DbOrTrx, bookingId: string): Promise<Booking> {
  const rows = db.selectFrom('booking').select(bookingColumns).where('booking.id', '=', bookingId)
  return toBooking(await rows.executeTakeFirstOrThrow())
}

export const alreadyBooked = () => new AppError('already-booked', 'You have a seat in this session already.')
const priceFell = () =>
  new AppError('bad-input', 'The price of this session changed just now. Look at it, and book again.')
export const full = (left: number) =>
  new AppError(
    'session-full',
    left === 0 ? 'This session is full.' : `Only ${left} ${left === 1 ? 'seat is' : 'seats are'} left.`,
  )

/** The constraints have the last word; they say the same as the checks before them. */
export function refuseTaken(error: unknown): never {
  if (violates(error, 'booking_learner')) throw alreadyBooked()
  if (violates(error, 'booking_seat') || violates(error, 'booking_seat_in_capacity')) throw full(0)
  throw error
}
