/** Who hears of a seat that was taken or became free, and in which words. */
import type { Booking } from '@peerlearn/contract/bookings'
import type { DbOrTrx } from '../db.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'
import { seatsLeft } from '../sessions/queries.ts'

export interface SeatChange {
  sessionId: string
  bookingId: string
  learnerId: string
  status: Booking['status']
}

export interface AnnounceDeps {
  db: DbOrTrx
  tell: Tell
  notify: Notify
}

/** Call it after the commit: the mentor's pages count again, and both sides find a note. */
export async function announceSeats(
  { db, tell, notify }: AnnounceDeps,
  changes: SeatChange[],
): Promise<void> {
  for (const { sessionId, bookingId, learnerId, status } of changes) {
    const about = await db
      .selectFrom('session')
      .innerJoin('account', (join) => join.on('account.id', '=', learnerId))
      .select(['session.title', 'session.mentor_id as mentorId', 'account.name as learnerName'])
      .select(seatsLeft.as('seatsLeft'))
      .where('session.id', '=', sessionId)
      .executeTakeFirstOrThrow()
    const { title, mentorId, learnerName } = about
    const notice = { sessionId, bookingId, learnerName, status, seatsLeft: about.seatsLeft }
    tell.person(mentorId, 'session.booking', notice)
    const { toMentor, toLearner } = notes[status]({ title, learnerName })
    if (toMentor) await notify([mentorId], { ...toMentor, link: '/teach' })
    if (toLearner) await notify([learnerId], { ...toLearner, link: `/sessions/${sessionId}` })
  }
}

interface Note {
  title: string
  message: string
}
type Words = (about: { title: string; learnerName: string }) => { toMentor?: Note; toLearner?: Note }

const notes: Record<Booking['status'], Words> = {
  // A hold is a click away from being paid or dropped: nobody is sent a note yet.
  held: () => ({}),
  confirmed: ({ title, learnerName }) => ({
    toMentor: { title: 'A seat was booked', message: `${learnerName} will be in “${title}”.` },
    toLearner: { title: 'Your seat is booked', message: `You have a seat in “${title}”.` },
  }),
  expired: ({ title }) => ({
    toLearner: {
      title: 'Your held seat was given free',
      message: `The ten minutes to pay for “${title}” are over. Book again if there is a seat left.`,
    },
  }),
  cancelled: ({ title, learnerName }) => ({
    toMentor: { title: 'A seat was given back', message: `${learnerName} gave back a seat in “${title}”.` },
  }),
}
