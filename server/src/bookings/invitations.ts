/** Guests: an invitation goes to a mail address until somebody takes the seat with its link. */
import type { Booking } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import type { Invitation } from '@peerlearn/contract/invitations'
import type { DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { lockAgendas, refuseConflict } from '../sessions/conflicts.ts'
import { lockSession, requireStatus } from '../sessions/queries.ts'
import { announceSeats } from './announce.ts'
import { alreadyBooked, getOwnBooking, noBooking, refuseTaken, type BookingDeps } from './bookings.ts'
import { readSeat } from './cancelling.ts'
import { hashOf, sendInvitation } from './invitation-mail.ts'

/** Sends the invitation of a seat that nobody took, to this address; the link before ends. @throws AppError `invitation-over`, `too-many-requests` */
export async function sendInvitationTo(
  deps: BookingDeps,
  { bookingId, who, email }: { bookingId: string; who: Who; email: string },
): Promise<Booking> {
  const { sessionId } = await getOwnBooking(deps.db, bookingId, who.userId)
  await deps.limits.count('invitation', who.userId)
  await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    requireStatus(session, ['scheduled', 'live'])
    const seat = await readSeat(trx, bookingId, who.userId)
    if (seat.buyer_id !== who.userId) throw noBooking()
    if (seat.learner_id) throw new AppError('invitation-over', 'This seat was taken already.')
    if (seat.status !== 'held' && seat.status !== 'confirmed')
      throw new AppError('invitation-over', 'This seat is no longer yours.')
    await trx.updateTable('booking').set({ guest_email: email }).where('id', '=', bookingId).execute()
    // Of a seat that is not paid yet the mail goes out once it is.
    if (seat.status === 'confirmed') await sendInvitation(trx, deps.mail, bookingId)
  })
  return getOwnBooking(deps.db, bookingId, who.userId)
}

/** What the link is for. @throws AppError `invitation-over` */
export async function readInvitation({ db }: { db: DbOrTrx }, token: string): Promise<Invitation> {
  const row = await db
    .selectFrom('booking')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .innerJoin('account as buyer', 'buyer.id', 'booking.buyer_id')
    .select(['session.id as sessionId', 'session.title', 'session.starts_at', 'mentor.name as mentorName'])
    .select(['session.duration_minutes as durationMinutes', 'buyer.name as buyerName'])
    .select('booking.guest_email as email')
    .where('booking.guest_hash', '=', hashOf(token))
    .where('booking.status', '=', 'confirmed')
    .where('booking.learner_id', 'is', null)
    .executeTakeFirst()
  if (!row) throw over()
  const { starts_at, ...invitation } = row
  return { ...invitation, startsAt: starts_at.toISOString() }
}

/** Takes the seat: it is this person's from now on, and the link is good for nobody else; they may open it again. @throws AppError `invitation-over`, `already-booked` … */
export async function takeInvitation(
  deps: BookingDeps,
  { who, token }: { who: Who; token: string },
): Promise<Booking> {
  const had = await findTaken(deps.db, { token, learnerId: who.userId })
  if (had) return getOwnBooking(deps.db, had.id, who.userId)
  const { sessionId } = await readInvitation(deps, token)
  const { bookingId, tellNow } = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    requireStatus(session, ['scheduled', 'live'])
    if (session.mentorId === who.userId) throw new AppError('own-session', 'This is your own session.')
    await lockAgendas(trx, [who.userId])
    const seated = await trx
      .selectFrom('booking')
      .select('id')
      .where('session_id', '=', sessionId)
      .where('learner_id', '=', who.userId)
      .where('seat', 'is not', null)
      .executeTakeFirst()
    if (seated) throw alreadyBooked()
    await refuseConflict(trx, who.userId, session, [sessionId])
    const taken = await trx
      .updateTable('booking')
      .set({ learner_id: who.userId })
      .where('guest_hash', '=', hashOf(token))
      .where('status', '=', 'confirmed')
      .where('learner_id', 'is', null)
      .returning('id')
      .executeTakeFirst()
      .catch(refuseTaken)
    if (!taken) throw over()
    const change = { sessionId, bookingId: taken.id, learnerId: who.userId, status: 'confirmed' } as const
    return { bookingId: taken.id, tellNow: await announceSeats(deps, trx, [change]) }
  })
  await tellNow()
  return getOwnBooking(deps.db, bookingId, who.userId)
}

/** The seat that this person took with the link, and still has. */
const findTaken = (db: DbOrTrx, { token, learnerId }: { token: string; learnerId: string }) =>
  db
    .selectFrom('booking')
    .select('id')
    .where('guest_hash', '=', hashOf(token))
    .where('learner_id', '=', learnerId)
    .where('status', '=', 'confirmed')
    .executeTakeFirst()

const over = () =>
  new AppError(
    'invitation-over',
    'This invitation was taken, replaced or withdrawn. Ask whoever invited you for a new one.',
  )
