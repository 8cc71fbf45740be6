/** Who hears of a seat that was taken or became free, and in which words. */
import type { Booking } from '@peerlearn/contract/bookings'
import { sql } from 'kysely'
import type { Db, DbOrTrx } from '../db.ts'
import type { Mail } from '../mail/mail.ts'
import type { News, TellNow, WillTell } from '../notifications/notifications.ts'
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
  /** Given back in time: the pack has its credit again. */
  creditBack?: boolean
}

export interface AnnounceDeps {
  db: Db
  tell: Tell
  willTell: WillTell
  mail: Mail
}

/**
 * Call it last in the transaction that changed these. @returns for after the commit: the mentor's pages count again, both
 * sides find a note, guests get their invitations
 */
export async function announceSeats(
  deps: AnnounceDeps,
  trx: DbOrTrx,
  changes: SeatChange[],
): Promise<TellNow> {
  const seats = await readSeats(
    trx,
    changes.flatMap((change) => ('bookingId' in change ? change : [])),
  )
  const packs = await readPacks(
    trx,
    changes.flatMap((change) => ('packId' in change ? change.packId : [])),
  )
  const tellNotes = await deps.willTell(trx, [...seats.flatMap(newsOfSeat), ...packs.map(newsOfPack)])
  const invites = seats.some(({ change }) => change.learnerId === null && change.status === 'confirmed')
  return async () => {
    for (const seat of seats) tellMentor(deps.tell, seat)
    await tellNotes()
    // What could not be sent now follows with the next sweep, which tells the log what is wrong.
    if (invites) await sendInvitations(deps).catch(() => undefined)
  }
}

function tellMentor(tell: Tell, { change, about }: Seat): void {
  const { sessionId, bookingId, status } = change
  const { learnerName, seatsLeft } = about
  tell.person(about.mentorId, 'session.booking', { sessionId, bookingId, learnerName, status, seatsLeft })
}

function newsOfSeat({ change, about }: Seat): News[] {
  const { sessionId, status, learnerId } = change
  const { toMentor, toLearner, toBuyer } = notesOf(change, about)
  // A seat that is theirs, or no longer: a held one is in no calendar.
  const settled = !change.offer && (status === 'confirmed' || status === 'cancelled')
  const link = `/sessions/${sessionId}`
  const calendarOf = settled ? sessionId : undefined
  const news: News[] = []
  if (toMentor) news.push({ to: [about.mentorId], note: { kind: 'booking', link: '/teach', ...toMentor } })
  if (toLearner && learnerId)
    news.push({ to: [learnerId], note: { kind: 'booking', link, calendarOf, ...toLearner } })
  if (toBuyer) news.push({ to: [about.buyerId], note: { kind: 'booking', link: '/bookings', ...toBuyer } })
  return news
}

interface Seat {
  change: ChangedSeat
  about: About
}

export type About = Awaited<ReturnType<typeof selectAbout>>[number] & { learnerName: string }

async function readSeats(trx: DbOrTrx, changes: ChangedSeat[]): Promise<Seat[]> {
  if (changes.length === 0) return []
  const rows = new Map((await selectAbout(trx, changes)).map((row) => [row.id, row]))
  return changes.flatMap((change) => {
    const row = rows.get(change.bookingId)
    return row ? [{ change, about: { ...row, learnerName: nameOf(row) } }] : []
  })
}

const nameOf = ({ seatedName, buyerName }: { seatedName: string | null; buyerName: string }) =>
  seatedName ?? `A guest of ${buyerName}`

/** Of all seats of this session that were paid at once. */
const paidTogether = (what: 'sum(other.paid_paise)' | 'count(*)') =>
  sql<number>`(select coalesce(${sql.raw(what)}, 0)::int from booking as other where other.status = 'confirmed'
    and other.purchase_id = booking.purchase_id and other.session_id = booking.session_id)`

const selectAbout = (trx: DbOrTrx, changes: ChangedSeat[]) =>
  trx
    .selectFrom('booking')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .innerJoin('account as buyer', 'buyer.id', 'booking.buyer_id')
    .leftJoin('account as learner', 'learner.id', 'booking.learner_id')
    .select(['booking.id', 'session.title', 'session.mentor_id as mentorId'])
    .select(['session.starts_at as startsAt', 'mentor.name as mentorName', 'mentor.time_zone as mentorZone'])
    .select(['booking.buyer_id as buyerId', 'buyer.name as buyerName', 'buyer.time_zone as buyerZone'])
    .select(['learner.name as seatedName', 'learner.time_zone as learnerZone'])
    .select([paidTogether('sum(other.paid_paise)').as('paidPaise'), paidTogether('count(*)').as('paidSeats')])
    .select('booking.pack_id as packId')
    .select(seatsLeft.as('seatsLeft'))
    .where(
      'booking.id',
      'in',
      changes.map(({ bookingId }) => bookingId),
    )
    .execute()

const readPacks = async (trx: DbOrTrx, packIds: string[]) =>
  packIds.length === 0
    ? []
    : trx
        .selectFrom('pack')
        .innerJoin('account as mentor', 'mentor.id', 'pack.mentor_id')
        .select(['pack.learner_id as learnerId', 'pack.credits', 'mentor.name as mentorName'])
        .where('pack.id', 'in', packIds)
        .execute()

const newsOfPack = (pack: Awaited<ReturnType<typeof readPacks>>[number]): News => ({
  to: [pack.learnerId],
  note: packNote(pack),
})
