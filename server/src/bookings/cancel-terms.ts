/** What a person reads before they give a seat back. */
import type { CancelTerms, NamedSeat } from '@peerlearn/contract/cancel-terms'
import type { DbOrTrx } from '../db.ts'
import { lockSession } from '../sessions/queries.ts'
import { seatIsTaken } from '../sessions/seats.ts'
import { getOwnBooking, type BookingDeps } from './bookings.ts'
import { isReturned, readSeat, termsOf, type Ask, type Seat } from './cancelling.ts'
import { mostBack } from './refund-due.ts'

/** What giving this seat back comes to at this moment. @throws AppError `not-found` */
export async function readCancelTerms({ db }: BookingDeps, { bookingId, who }: Ask): Promise<CancelTerms> {
  const { sessionId } = await getOwnBooking(db, bookingId, who.userId)
  // Read as it would be decided; its lock is gone at once.
  return db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    const seat = await readSeat(trx, bookingId, who.userId)
    const money = await capped(trx, seat, termsOf(session, seat))
    const seats = await findSeats(trx, seat, who.userId)
    if (!isReturned(seat, who.userId)) return { ...money, ...seats, returnsTo: null }
    const returnsTo = await nameOf(trx, seat.buyer_id)
    return { ...money, ...seats, paidPaise: 0, refundPaise: 0, creditBack: false, returnsTo }
  })
}

/** What was given back before of the same payment, by hand for instance, does not come again. */
async function capped<T extends { refundPaise: number }>(trx: DbOrTrx, seat: Seat, terms: T): Promise<T> {
  const { most } = await trx
    .selectFrom('booking')
    .select(mostBack.as('most'))
    .where('booking.id', '=', seat.id)
    .executeTakeFirstOrThrow()
  return { ...terms, refundPaise: Math.min(terms.refundPaise, most) }
}

/** The reader's seats in the session: those that go with this one, and the others. */
async function findSeats(trx: DbOrTrx, seat: Seat, userId: string) {
  const rows = await trx
    .selectFrom('booking')
    .leftJoin('account', 'account.id', 'booking.learner_id')
    .select(['booking.id', 'booking.status', 'booking.purchase_id', 'booking.learner_id', 'account.name'])
    .select('booking.guest_email as guestEmail')
    .where('booking.session_id', '=', seat.session_id)
    .where((eb) => eb.or([eb('booking.id', '=', seat.id), eb('booking.buyer_id', '=', userId)]))
    .where(seatIsTaken)
    .orderBy('booking.seat')
    .execute()
  const goesWith = (row: (typeof rows)[number]) =>
    row.id === seat.id ||
    (seat.status === 'held' && row.status === 'held' && row.purchase_id === seat.purchase_id)
  const named = (row: (typeof rows)[number]): NamedSeat => ({
    bookingId: row.id,
    own: row.learner_id === userId,
    name: row.name,
    guestEmail: row.guestEmail,
  })
  return {
    goes: rows.filter(goesWith).map(named),
    stays: rows.filter((row) => !goesWith(row)).map(named),
  }
}

async function nameOf(trx: DbOrTrx, accountId: string): Promise<string> {
  const { name } = await trx
    .selectFrom('account')
    .select('name')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  return name
}
