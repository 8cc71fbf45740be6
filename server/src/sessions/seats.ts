/** Seats of a session: which are taken, who holds them. A seat is taken by a confirmed booking or by a hold that still runs. */
import type { Booking } from '@peerlearn/contract/bookings'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/** Is the booking's seat taken? A hold that ran out is free even before the sweep marks it. */
export const seatIsTaken = sql<boolean>`(booking.seat is not null
  and (booking.held_until is null or booking.held_until > now()))`

/** The columns of a booking as its reader sees it: a hold that ran out is told as expired. */
export const bookingColumns = [
  'booking.id',
  'booking.session_id as sessionId',
  sql<Booking['status']>`case when booking.held_until <= now() then 'expired' else booking.status end`.as(
    'status',
  ),
  'booking.price_paise as pricePaise',
  'booking.paid_paise as paidPaise',
  'booking.purchase_id as purchaseId',
  'booking.pack_id as packId',
  'booking.guest_email as guestEmail',
  'booking.learner_id as learnerId',
  sql<
    Booking['endedBecause']
  >`case when booking.held_until <= now() then 'unpaid' else booking.ended_because end`.as('endedBecause'),
  'booking.held_until as heldUntil',
  'booking.created_at as createdAt',
] as const

interface BookingRow {
  id: string
  sessionId: string
  status: Booking['status']
  pricePaise: number
  paidPaise: number
  purchaseId: string | null
  packId: string | null
  guestEmail: string | null
  learnerId: string | null
  endedBecause: Booking['endedBecause']
  heldUntil: Date | null
  createdAt: Date
}

export const toBooking = (row: BookingRow): Booking => ({
  id: row.id,
  sessionId: row.sessionId,
  status: row.status,
  pricePaise: row.pricePaise,
  paidPaise: row.paidPaise,
  purchaseId: row.purchaseId,
  packId: row.packId,
  guestEmail: row.guestEmail,
  seated: row.learnerId !== null,
  endedBecause: row.endedBecause,
  heldUntil: row.status === 'held' && row.heldUntil ? row.heldUntil.toISOString() : null,
  createdAt: row.createdAt.toISOString(),
})

/** The learner's newest booking of the session. */
export async function findBookingOf(
  db: DbOrTrx,
  sessionId: string,
  learnerId: string,
): Promise<Booking | undefined> {
  const row = await db
    .selectFrom('booking')
    .select(bookingColumns)
    .where('booking.session_id', '=', sessionId)
    .where('booking.learner_id', '=', learnerId)
    .orderBy('booking.created_at', 'desc')
    .orderBy('booking.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toBooking(row)
}

/** The people with a confirmed seat. */
export async function findSeatHolders(db: DbOrTrx, sessionId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('booking')
    .select('learner_id')
    .where('session_id', '=', sessionId)
    .where('status', '=', 'confirmed')
    .where('learner_id', 'is not', null)
    .$narrowType<{ learner_id: string }>()
    .execute()
  return rows.map((row) => row.learner_id)
}

/** The numbers of the session's taken seats. */
export async function findTakenSeats(db: DbOrTrx, sessionId: string): Promise<number[]> {
  const rows = await db
    .selectFrom('booking')
    .select('seat')
    .where('session_id', '=', sessionId)
    .where(seatIsTaken)
    .$narrowType<{ seat: number }>()
    .execute()
  return rows.map((row) => row.seat)
}

/** The numbers of seats that no other booking can have: those of holds that ran out and are not marked so yet too. */
export async function findSeatNumbers(db: DbOrTrx, sessionId: string): Promise<number[]> {
  const rows = await db
    .selectFrom('booking')
    .select('seat')
    .where('session_id', '=', sessionId)
    .where('seat', 'is not', null)
    .$narrowType<{ seat: number }>()
    .execute()
  return rows.map((row) => row.seat)
}
