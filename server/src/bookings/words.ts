/** What people read when a seat changes. */
import type { About, ChangedSeat } from './announce.ts'

interface Note {
  kind?: 'booking' | 'waitlist'
  title: string
  message: string
  link?: string
}
interface Notes {
  toMentor?: Note
  toLearner?: Note
  toBuyer?: Note
}
type Words = (about: About, change: ChangedSeat) => Notes

export function notesOf(change: ChangedSeat, about: About): Notes {
  if (change.offer) return offers[change.offer](about, change)
  if (change.because) return endings[change.because](about, change)
  return changes[change.status](about, change)
}

const offers: Record<NonNullable<ChangedSeat['offer']>, Words> = {
  made: ({ title }) => ({
    toLearner: {
      kind: 'waitlist',
      title: 'A seat is free for you',
      message: `It is your turn: a seat in “${title}” is kept for you for 30 minutes.`,
    },
  }),
  over: ({ title }) => ({
    toLearner: {
      kind: 'waitlist',
      title: 'The seat went to the next',
      message: `The seat in “${title}” that was kept for you was not taken in time. You can wait again.`,
    },
  }),
}

const endings: Record<NonNullable<ChangedSeat['because']>, Words> = {
  moved: ({ title, learnerName }) => ({
    toMentor: {
      title: 'A seat was moved',
      message: `${learnerName} moved from “${title}” to another session.`,
    },
    toLearner: {
      title: 'Your seat was moved',
      message: `Your seat in “${title}” was moved to another session; that one is told to you by itself.`,
    },
  }),
  'given-back': ({ title, learnerName }) => ({
    toMentor: { title: 'A seat was given back', message: `${learnerName} gave back a seat in “${title}”.` },
    toLearner: { title: 'You gave your seat back', message: `Your seat in “${title}” is free for others.` },
  }),
  'guest-left': ({ title }) => ({
    toBuyer: {
      title: 'Your guest gave the seat back',
      message: `The seat in “${title}” is yours again: invite somebody else, or give it back.`,
    },
  }),
  'buyer-cancelled': ({ title, buyerName, learnerName }) => ({
    toMentor: {
      title: 'A seat was given back',
      message: `The seat of ${learnerName} in “${title}” was given back.`,
    },
    toLearner: {
      title: 'Your seat was given back',
      message: `${buyerName} gave back the seat in “${title}” that was yours.`,
    },
  }),
}

const changes: Record<ChangedSeat['status'], Words> = {
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
  // Let go before it was paid: the mentor never heard of it. Others say why.
  cancelled: () => ({}),
}

export const packNote = ({ credits, mentorName }: { credits: number; mentorName: string }) => ({
  kind: 'booking' as const,
  title: 'Your pack is ready',
  message: `${credits} sessions with ${mentorName}: choose the pack when you book a seat.`,
  link: '/bookings#packs',
})
