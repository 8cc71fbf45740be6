/** The seats of one session as they are now, for who holds its lock; and seats whose hold ran out. */
import { AppError } from '@peerlearn/contract/errors'
import { sql, type RawBuilder } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { LockedSession } from '../sessions/queries.ts'
import type { SeatChange } from './announce.ts'
import { giveCouponsBack, lockCoupons } from './coupon-uses.ts'

export interface SessionSeats {
  /** Numbers, lowest first. */
  free: number[]
  /** Holds that ran out and are not marked so yet; their seats are not free before. */
  overdue: number
  /** People who wait for a seat: they come before everybody else. */
  waiting: number
  /** Has the person asked for a seat? */
  mine: boolean
}

export async function readSeats(
  db: DbOrTrx,
  session: { id: string },
  learnerId: string | null = null,
): Promise<SessionSeats> {
  const seats = await countSeats(db, sql`session.id = ${session.id}`, learnerId)
  return seats ?? { free: [], overdue: 0, waiting: 0, mine: false }
}

/** The same without its lock, of a session that may still be booked. */
export const readOpenSeats = (db: DbOrTrx, sessionId: string, learnerId: string | null) =>
  countSeats(db, sql`session.id = ${sessionId} and session.status in ('scheduled', 'live')`, learnerId)

async function countSeats(
  db: DbOrTrx,
  which: RawBuilder<unknown>,
  learnerId: string | null,
): Promise<SessionSeats | undefined> {
  const { rows } = await sql<Omit<SessionSeats, 'free'> & { taken: number[]; capacity: number }>`
    select session.capacity, coalesce(array_agg(seat) filter (where seat is not null), '{}') as taken,
      count(*) filter (where held_until <= now())::int as overdue,
      coalesce(bool_or(learner_id = ${learnerId} and (held_until is null or held_until > now())), false) as mine,
      (select count(*)::int from waitlist_entry where session_id = session.id and status = 'waiting') as waiting
    from session left join booking on booking.session_id = session.id and seat is not null
    where ${which} group by session.id`.execute(db)
  const [row] = rows
  if (!row) return undefined
  const { capacity, taken, ...seats } = row
  const numbers = new Set(taken)
  const free = Array.from({ length: capacity }, (_, i) => i + 1).filter((seat) => !numbers.has(seat))
  return { ...seats, free }
}

/** Is there something to do before a seat can be given to anybody: a hold to end, or a seat to offer to who waits? */
export const isStale = ({ overdue, waiting, free }: SessionSeats): boolean =>
  overdue > 0 || (waiting > 0 && free.length > 0)

/** Refuses a session that takes nobody any more. @throws AppError `session-ended`, `booking-closed` and the like */
export function requireOpen(session: LockedSession): void {
  const refused = refusalOf(session)
  if (refused) throw refused
}

export function refusalOf(session: LockedSession): AppError | undefined {
  if (session.status === 'cancelled') return new AppError('session-cancelled', 'This session was cancelled.')
  if (session.status === 'ended') return new AppError('session-ended', 'This session has ended.')
  if (session.status === 'scheduled' && session.past)
    return new AppError('session-ended', 'The time of this session has passed.')
  if (session.closed) return new AppError('booking-closed', 'Booking for this session has closed.')
  return undefined
}

/**
 * Marks the session's holds that ran out, with what belongs to them: the purchase, its coupon's use, an offer to who
 * waited. The caller holds the session's lock. `couponId`: the caller takes a use of it afterwards.
 * @returns the seats that became free
 */
export async function expireHolds(
  trx: DbOrTrx,
  sessionId: string,
  couponId: string | null = null,
): Promise<SeatChange[]> {
  const overdue = await trx
    .selectFrom('booking')
    .leftJoin('purchase', 'purchase.id', 'booking.purchase_id')
    .select(['booking.id', 'booking.learner_id', 'booking.purchase_id', 'purchase.coupon_id'])
    .where('booking.session_id', '=', sessionId)
    .where('booking.status', '=', 'held')
    .where('booking.held_until', '<=', sql<Date>`now()`)
    .execute()
  await lockCoupons(trx, [couponId, ...overdue.map((row) => row.coupon_id)])
  if (overdue.length === 0) return []
  const offers = await endOffers(
    trx,
    overdue.map((row) => row.id),
    'lapsed',
  )
  await trx
    .updateTable('booking')
    .set({
      status: 'expired',
      seat: null,
      held_until: null,
      ended_because: sql`case when id = any (${offers}::uuid[]) then 'offer-over' else 'unpaid' end`,
      ended_at: sql`now()`,
    })
    .where(
      'id',
      'in',
      overdue.map((row) => row.id),
    )
    .execute()
  await closePurchases(
    trx,
    overdue.flatMap((row) => row.purchase_id ?? []),
    'expired',
  )
  return overdue.map((row) => ({
    sessionId,
    bookingId: row.id,
    learnerId: row.learner_id,
    status: 'expired',
    ...(offers.includes(row.id) && { offer: 'over' }),
  }))
}

/** What becomes of a seat that somebody gives up or loses: it is free, and its guest's link ends. */
export const endedSeat = (
  because: 'cancelled' | 'moved' | 'offer-over' | 'session-cancelled' | 'too-few',
) => ({
  status: 'cancelled' as const,
  seat: null,
  held_until: null,
  guest_hash: null,
  ended_because: because,
  ended_at: sql<Date>`now()`,
})

/** Ends the offers that these held seats are. @returns which of them are */
export async function endOffers(
  trx: DbOrTrx,
  bookingIds: string[],
  status: 'lapsed' | 'left' | 'taken',
): Promise<string[]> {
  const rows = await trx
    .updateTable('waitlist_entry')
    .set({ status, offered_until: null })
    .where('booking_id', 'in', bookingIds)
    .where('status', '=', 'offered')
    .returning('booking_id')
    .execute()
  return rows.flatMap((row) => row.booking_id ?? [])
}

/** Ends purchases that were not paid, and gives back the uses of their coupons. Their coupons are locked. */
export async function closePurchases(
  trx: DbOrTrx,
  purchaseIds: string[],
  status: 'expired' | 'cancelled',
): Promise<void> {
  if (purchaseIds.length === 0) return
  const closed = await trx
    .updateTable('purchase')
    .set({ status, held_until: null })
    .where('id', 'in', [...new Set(purchaseIds)].sort())
    .where('status', '=', 'open')
    .returning('coupon_id')
    .execute()
  await giveCouponsBack(
    trx,
    closed.flatMap((row) => row.coupon_id ?? []),
  )
}
