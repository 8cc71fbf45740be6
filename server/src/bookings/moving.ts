/** A seat moves to another session of the same mentor, with its money: the purchase stays, a difference comes back. */
import type { Booking, MoveTarget } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { TellNow } from '../notifications/notifications.ts'
import { lockAgendas, refuseConflict } from '../sessions/conflicts.ts'
import { lockSession, seatsLeft, type LockedSession } from '../sessions/queries.ts'
import { announceSeats, type SeatChange } from './announce.ts'
import { alreadyBooked, full, getOwnBooking, refuseTaken, type BookingDeps } from './bookings.ts'
import { readSeat, termsOf, type Seat } from './cancelling.ts'
import { countingInvitations } from './invitation-limit.ts'
import { mostBack } from './refund-due.ts'
import { endedSeat, isStale, readSeats, requireOpen } from './session-seats.ts'
import { freshenSeats } from './waitlist-offers.ts'

interface Ask {
  bookingId: string
  who: Who
}

/**
 * Moves a seat that could still be given back without loss. @returns the new seat
 * @throws AppError `move-refused` in words that name a way on, `session-full`, `time-conflict`, `already-booked` …
 */
export async function moveBooking(
  deps: BookingDeps,
  { bookingId, who }: Ask,
  toId: string,
): Promise<Booking> {
  const booking = await getOwnBooking(deps.db, bookingId, who.userId)
  const fromId = booking.sessionId
  if (fromId === toId) throw refused('The seat is in this session already.')
  // A guest who took no seat yet is invited anew, at no cost.
  const count = Number(!booking.seated && booking.guestEmail !== null)
  const { id, tellNow } = await countingInvitations(deps, { buyerId: who.userId, count }, () =>
    moveLocked(deps, { bookingId, who }, { fromId, toId, counted: count > 0 }),
  )
  await tellNow()
  await freshenSeats(deps, fromId)
  return getOwnBooking(deps.db, id, who.userId)
}

async function moveLocked(
  deps: BookingDeps,
  { bookingId, who }: Ask,
  { fromId, toId, counted }: { fromId: string; toId: string; counted: boolean },
): Promise<{ id: string; tellNow: TellNow }> {
  for (let tries = 5; tries > 0; tries--) {
    const moved = await deps.db.transaction().execute(async (trx) => {
      const { from, to } = await lockBoth(trx, fromId, toId)
      const seat = await readSeat(trx, bookingId, who.userId)
      requireMovable(from, to, seat, who)
      if (!counted && !seat.learner_id && seat.guest_email)
        throw refused('This seat changed just now. Try again.')
      requireOpen(to)
      const seats = await readSeats(trx, to, seat.learner_id)
      if (isStale(seats)) return undefined
      if (seat.learner_id && seats.mine) throw alreadyBooked()
      const free = seats.free[0]
      if (free === undefined) throw full(0)
      const { id, changes } = await move(trx, deps, { from, to, seat, free, who })
      return { id, tellNow: await announceSeats(deps, trx, changes) }
    })
    if (moved) return moved
    await freshenSeats(deps, toId)
  }
  throw full(0)
}

/** Two sessions at once are always locked in the same order. */
async function lockBoth(trx: DbOrTrx, fromId: string, toId: string) {
  const first = await lockSession(trx, fromId < toId ? fromId : toId)
  const second = await lockSession(trx, fromId < toId ? toId : fromId)
  return fromId < toId ? { from: first, to: second } : { from: second, to: first }
}

function requireMovable(from: LockedSession, to: LockedSession, seat: Seat, who: Who): void {
  if (seat.buyer_id !== who.userId) throw refused('Only who bought the seat can move it.')
  if (seat.status !== 'confirmed') throw refused('Only a seat that is yours can be moved.')
  if (!termsOf(from, seat).movable)
    throw refused('It is too late to move this seat: the time to get all of it back is over.')
  if (from.mentorId !== to.mentorId) throw refused('A seat can be moved to sessions of the same mentor.')
  if (!seat.pack_id && to.pricePaise > seat.price_paise)
    throw refused('This session costs more. Book a seat in it, and give this one back: all of it comes back.')
}

interface Move {
  from: LockedSession
  to: LockedSession
  seat: Seat
  free: number
  who: Who
}

async function move(
  trx: DbOrTrx,
  { decideRefund }: BookingDeps,
  { from, to, seat, free, who }: Move,
): Promise<{ id: string; changes: SeatChange[] }> {
  if (seat.learner_id) {
    await lockAgendas(trx, [seat.learner_id])
    await refuseConflict(trx, seat.learner_id, to, [from.id, to.id])
  }
  await trx
    .updateTable('booking')
    .set({ ...endedSeat('moved'), paid_paise: 0 })
    .where('id', '=', seat.id)
    .execute()
  const id = newId()
  const paid = seat.pack_id ? seat.paid_paise : Math.min(seat.paid_paise, to.pricePaise)
  await trx
    .insertInto('booking')
    .values({
      id,
      session_id: to.id,
      session_capacity: to.capacity,
      learner_id: seat.learner_id,
      buyer_id: seat.buyer_id,
      purchase_id: seat.purchase_id,
      pack_id: seat.pack_id,
      // A guest who took no seat yet gets a new link.
      guest_email: seat.guest_email,
      moved_from: seat.id,
      paid_paise: paid,
      price_paise: to.pricePaise,
      seat: free,
      status: 'confirmed',
    })
    .execute()
    .catch(refuseTaken)
  if (seat.purchase_id && seat.paid_paise > paid)
    await decideRefund(trx, {
      purchaseId: seat.purchase_id,
      bookingId: id,
      amountPaise: seat.paid_paise - paid,
      reason: 'The seat was moved to a session that costs less.',
      key: `move-${id}`,
      requestedBy: who.userId,
    })
  const learnerId = seat.learner_id
  const changes: SeatChange[] = [
    { sessionId: from.id, bookingId: seat.id, learnerId, status: 'cancelled', because: 'moved' },
    { sessionId: to.id, bookingId: id, learnerId, status: 'confirmed' },
  ]
  return { id, changes }
}

/** The mentor's sessions to come in which there is a seat for it, soonest first, twenty at most. */
export async function findMoveTargets({ db }: BookingDeps, { bookingId, who }: Ask): Promise<MoveTarget[]> {
  await getOwnBooking(db, bookingId, who.userId)
  const rows = await db
    .selectFrom('booking')
    .innerJoin('session as from', 'from.id', 'booking.session_id')
    .innerJoin('session', (join) =>
      join.onRef('session.mentor_id', '=', 'from.mentor_id').onRef('session.id', '<>', 'from.id'),
    )
    .select([
      'session.id',
      'session.title',
      'session.starts_at',
      'session.duration_minutes',
      seatsLeft.as('seatsLeft'),
    ])
    .select(
      sql<number>`case when booking.pack_id is null
      then least(greatest(booking.paid_paise - session.price_paise, 0), ${mostBack}) else 0 end`.as(
        'refundPaise',
      ),
    )
    .where('booking.id', '=', bookingId)
    .where('session.status', '=', 'scheduled')
    .where(sql<boolean>`session.starts_at - session.booking_closes_minutes * interval '1 minute' > now()`)
    .where(sql<boolean>`(booking.pack_id is not null or session.price_paise <= booking.price_paise)`)
    .where(sql<boolean>`${seatsLeft} > 0`)
    .where(
      sql<boolean>`not exists (select from waitlist_entry where session_id = session.id and status = 'waiting')`,
    )
    .orderBy('session.starts_at')
    .limit(20)
    .execute()
  return rows.map((row) => ({
    sessionId: row.id,
    title: row.title,
    startsAt: row.starts_at.toISOString(),
    durationMinutes: row.duration_minutes,
    seatsLeft: row.seatsLeft,
    refundPaise: row.refundPaise,
  }))
}

const refused = (words: string) => new AppError('move-refused', words)
