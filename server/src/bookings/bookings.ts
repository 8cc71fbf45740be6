/** Seats: taken and given back under the session's lock, one transaction each; everybody is told after it commits. */
import type { Booking } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { newId, violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { lockSession, requireStatus, type LockedSession } from '../sessions/queries.ts'
import { bookingColumns, findTakenSeats, toBooking } from '../sessions/seats.ts'
import { announceSeats, type AnnounceDeps, type SeatChange } from './announce.ts'

export interface BookingDeps extends AnnounceDeps {
  db: Db
}

/**
 * Books a seat: a free one is confirmed at once, a paid one is held for ten minutes.
 * @throws AppError `already-booked`, `session-full`, `own-session`, `session-ended`, `session-cancelled`, `not-found`
 */
export async function bookSeat(
  deps: BookingDeps,
  { sessionId, who }: { sessionId: string; who: Who },
): Promise<Booking> {
  const { booked, changes } = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    requireBookable(session, who.userId)
    const expired = await expireHolds(trx, sessionId)
    if (await hasSeat(trx, sessionId, who.userId)) throw alreadyBooked()
    const seat = await findFreeSeat(trx, session)
    if (seat === undefined) throw full()
    const status = session.pricePaise === 0 ? 'confirmed' : 'held'
    const row = await trx
      .insertInto('booking')
      .values({
        id: newId(),
        session_id: sessionId,
        session_capacity: session.capacity,
        learner_id: who.userId,
        seat,
        status,
        price_paise: session.pricePaise,
        held_until: status === 'held' ? sql<Date>`now() + interval '10 minutes'` : null,
      })
      .returning(bookingColumns)
      .executeTakeFirstOrThrow()
      .catch(refuseTaken)
    const booked = toBooking(row)
    const change: SeatChange = { sessionId, bookingId: booked.id, learnerId: who.userId, status }
    return { booked, changes: [...expired, change] }
  })
  await announceSeats(deps, changes)
  return booked
}

function requireBookable(session: LockedSession, userId: string): void {
  if (session.mentorId === userId) throw new AppError('own-session', 'This is your own session.')
  requireStatus(session, ['scheduled', 'live'])
  if (session.status === 'scheduled' && session.past)
    throw new AppError('session-ended', 'The time of this session has passed.')
}

/** Has the learner a seat, held or confirmed? */
export async function hasSeat(trx: DbOrTrx, sessionId: string, learnerId: string): Promise<boolean> {
  const mine = await trx
    .selectFrom('booking')
    .select('id')
    .where('session_id', '=', sessionId)
    .where('learner_id', '=', learnerId)
    .where('seat', 'is not', null)
    .executeTakeFirst()
  return mine !== undefined
}

/** The lowest free seat number. The caller holds the session's lock. */
export async function findFreeSeat(trx: DbOrTrx, session: LockedSession): Promise<number | undefined> {
  const taken = new Set(await findTakenSeats(trx, session.id))
  for (let seat = 1; seat <= session.capacity; seat++) if (!taken.has(seat)) return seat
  return undefined
}

/**
 * Gives back a free seat or a held one, before the session starts. Repeating it is harmless.
 * @throws AppError `not-found` for another's booking, `forbidden` for a paid seat, `session-started` and the like
 */
export async function cancelBooking(
  deps: BookingDeps,
  { bookingId, who }: { bookingId: string; who: Who },
): Promise<Booking> {
  const { sessionId } = await getOwnBooking(deps.db, bookingId, who.userId)
  const cancelled = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    const before = await getOwnBooking(trx, bookingId, who.userId)
    if (before.status === 'cancelled' || before.status === 'expired') return undefined
    requireStatus(session, ['scheduled'])
    if (before.status === 'confirmed' && before.pricePaise > 0)
      throw new AppError('forbidden', 'A paid seat can’t be given back here.')
    await trx
      .updateTable('booking')
      .set({ status: 'cancelled', seat: null, held_until: null })
      .where('id', '=', bookingId)
      .execute()
    return { sessionId, bookingId, learnerId: who.userId, status: 'cancelled' } satisfies SeatChange
  })
  if (cancelled) await announceSeats(deps, [cancelled])
  return getOwnBooking(deps.db, bookingId, who.userId)
}

/** @throws AppError `not-found`, for another's booking too */
export async function getOwnBooking(db: DbOrTrx, bookingId: string, learnerId: string): Promise<Booking> {
  const row = await db
    .selectFrom('booking')
    .select(bookingColumns)
    .where('booking.id', '=', bookingId)
    .where('booking.learner_id', '=', learnerId)
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such booking of yours.')
  return toBooking(row)
}

/**
 * Marks holds that ran out, of one session or of all; rows that another transaction works on are left to it.
 * @returns the seats that became free
 */
export async function expireHolds(trx: DbOrTrx, sessionId?: string): Promise<SeatChange[]> {
  const overdue = trx
    .selectFrom('booking')
    .select('id')
    .where('status', '=', 'held')
    .where('held_until', '<=', sql<Date>`now()`)
    .$if(sessionId !== undefined, (query) => query.where('session_id', '=', sessionId ?? ''))
    .limit(500)
    .forUpdate()
  const rows = await trx
    .updateTable('booking')
    .set({ status: 'expired', seat: null, held_until: null })
    // A sweep passes by what others hold; under a session's lock the few others are waited for.
    .where('id', 'in', sessionId === undefined ? overdue.skipLocked() : overdue)
    .returning(['id as bookingId', 'session_id as sessionId', 'learner_id as learnerId'])
    .execute()
  return rows.map((row) => ({ ...row, status: 'expired' }))
}

const alreadyBooked = () => new AppError('already-booked', 'You have a seat in this session already.')
const full = () => new AppError('session-full', 'This session is full.')

/** The constraints have the last word; they say the same as the checks before them. */
function refuseTaken(error: unknown): never {
  if (violates(error, 'booking_learner')) throw alreadyBooked()
  if (violates(error, 'booking_seat') || violates(error, 'booking_seat_in_capacity')) throw full()
  throw error
}

/** Gives free what was not paid in time, everywhere, and tells whom it concerns. */
export async function sweepHolds(deps: BookingDeps): Promise<void> {
  await announceSeats(deps, await deps.db.transaction().execute((trx) => expireHolds(trx)))
}
