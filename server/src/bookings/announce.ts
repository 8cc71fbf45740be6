/** Who hears of a seat that was taken or became free, and in which words. */
import type { Booking } from '@peerlearn/contract/bookings'
import type { Invite } from '../calendar/invite.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Mail } from '../mail/mail.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'
import { seatsLeft } from '../sessions/queries.ts'
import { sendInvitations } from './invitation-mail.ts'
import { notesOf, packNote } from './words.ts'

/** A seat that changed, or a pack that was bought. */
export type SeatChange = ChangedSeat | { packId: string }

export interface ChangedSeat {
  sessionId: string
  bookingId: string
  /** null: a guest's seat that nobody took yet. */
  learnerId: string | null
  status: Booking['status']
  /** A seat for somebody on the waitlist: offered, or given up unanswered. */
  offer?: 'made' | 'over'
  /** Why it is no longer theirs; told by whoever ends it when it is not named. */
  because?: 'moved' | 'given-back' | 'guest-left' | 'buyer-cancelled'
}

export interface AnnounceDeps {
  db: Db
  tell: Tell
  notify: Notify
  mail: Mail
  invite: Invite
}

/** Call it after the commit: the mentor's pages count again, both sides find a note, guests get their invitations. */
export async function announceSeats(deps: AnnounceDeps, changes: SeatChange[]): Promise<void> {
  for (const change of changes)
    await ('packId' in change ? announcePack(deps, change.packId) : announceSeat(deps, change))
  if (
    changes.some(
      (change) => 'learnerId' in change && change.learnerId === null && change.status === 'confirmed',
    )
  )
    await sendInvitations(deps)
}

async function announceSeat({ db, tell, notify, invite }: AnnounceDeps, change: ChangedSeat): Promise<void> {
  const about = await readAbout(db, change)
  const { sessionId, bookingId, status } = change
  tell.person(about.mentorId, 'session.booking', {
    sessionId,
    bookingId,
    learnerName: about.learnerName,
    status,
    seatsLeft: about.seatsLeft,
  })
  const { toMentor, toLearner, toBuyer } = notesOf(change, about)
  if (toMentor) await notify([about.mentorId], { kind: 'booking', link: '/teach', ...toMentor })
  const link = `/sessions/${sessionId}`
  if (toLearner && change.learnerId) {
    // A seat that is theirs, or no longer: a held one is in no calendar.
    const settled = !change.offer && (status === 'confirmed' || status === 'cancelled')
    const calendar = settled ? await invite(db, sessionId, change.learnerId) : undefined
    const note = { kind: 'booking', link, ...toLearner, ...(calendar && { calendar }) } as const
    await notify([change.learnerId], note)
  }
  if (toBuyer) await notify([about.buyerId], { kind: 'booking', link: '/bookings', ...toBuyer })
}

export type About = Awaited<ReturnType<typeof readAbout>>

async function readAbout(db: DbOrTrx, { bookingId }: ChangedSeat) {
  const row = await db
    .selectFrom('booking')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .innerJoin('account as buyer', 'buyer.id', 'booking.buyer_id')
    .leftJoin('account as learner', 'learner.id', 'booking.learner_id')
    .select(['session.title', 'session.mentor_id as mentorId', 'session.starts_at as startsAt'])
    .select(['booking.buyer_id as buyerId', 'buyer.name as buyerName', 'learner.name as seatedName'])
    .select(['booking.guest_email as guestEmail', seatsLeft.as('seatsLeft')])
    .where('booking.id', '=', bookingId)
    .executeTakeFirstOrThrow()
  return { ...row, learnerName: row.seatedName ?? `A guest of ${row.buyerName}` }
}

async function announcePack({ db, notify }: AnnounceDeps, packId: string): Promise<void> {
  const pack = await db
    .selectFrom('pack')
    .innerJoin('account as mentor', 'mentor.id', 'pack.mentor_id')
    .select(['pack.learner_id as learnerId', 'pack.credits', 'mentor.name as mentorName'])
    .where('pack.id', '=', packId)
    .executeTakeFirstOrThrow()
  await notify([pack.learnerId], packNote(pack))
}
