/** What people read when a seat changes: each with the time in their own zone. */
import { timeWords } from '../notifications/time-words.ts'
import { rupees } from '../rupees.ts'
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

const forMentor = ({ title, startsAt, mentorZone }: About) =>
  `“${title}” on ${timeWords(startsAt, mentorZone)}`
const forBuyer = ({ title, startsAt, buyerZone }: About) => `“${title}” on ${timeWords(startsAt, buyerZone)}`
const forLearner = ({ title, mentorName, startsAt, learnerZone, buyerZone }: About) =>
  `“${title}” with ${mentorName} on ${timeWords(startsAt, learnerZone ?? buyerZone)}`

/** What it cost them, with their guests' seats; a guest paid nothing. */
function paidFor({ paidPaise, paidSeats, packId, buyerId }: About, { learnerId }: ChangedSeat): string {
  if (learnerId !== buyerId) return ''
  if (packId) return ' You took it with your pack.'
  const seats = paidSeats > 1 ? ` for ${paidSeats} seats` : ''
  return paidPaise > 0 ? ` You paid ${rupees(paidPaise)}${seats}.` : ''
}

const offers: Record<NonNullable<ChangedSeat['offer']>, Words> = {
  made: (about) => ({
    toLearner: {
      kind: 'waitlist',
      title: 'A seat is free for you',
      message: `It is your turn: a seat in ${forLearner(about)} is kept for you for 30 minutes.`,
    },
  }),
  over: (about) => ({
    toLearner: {
      kind: 'waitlist',
      title: 'The seat went to the next',
      message: `The seat in ${forLearner(about)} that was kept for you was not taken in time. You can wait again.`,
    },
  }),
}

const endings: Record<NonNullable<ChangedSeat['because']>, Words> = {
  moved: (about) => ({
    toMentor: {
      title: 'A seat was moved',
      message: `${about.learnerName} moved from ${forMentor(about)} to another session.`,
    },
    toLearner: {
      title: 'Your seat was moved',
      message: `Your seat in ${forLearner(about)} was moved to another session; that one is told to you by itself.`,
    },
  }),
  'given-back': (about, { creditBack }) => ({
    toMentor: {
      title: 'A seat was given back',
      message: `${about.learnerName} gave back a seat in ${forMentor(about)}.`,
    },
    toLearner: {
      title: 'You gave your seat back',
      message: `Your seat in ${forLearner(about)} is free for others.${creditBack ? ' Your credit comes back.' : ''}`,
    },
  }),
  'guest-left': (about) => ({
    toBuyer: {
      title: 'Your guest gave the seat back',
      message: `The seat in ${forBuyer(about)} is yours again: invite somebody else, or give it back.`,
    },
  }),
  'buyer-cancelled': (about) => ({
    toMentor: {
      title: 'A seat was given back',
      message: `The seat of ${about.learnerName} in ${forMentor(about)} was given back.`,
    },
    toLearner: {
      title: 'Your seat was given back',
      message: `${about.buyerName} gave back the seat in ${forLearner(about)} that was yours.`,
    },
  }),
}

const changes: Record<ChangedSeat['status'], Words> = {
  // A hold is a click away from being paid or dropped: nobody is sent a note yet.
  held: () => ({}),
  confirmed: (about, change) => ({
    toMentor: { title: 'A seat was booked', message: `${about.learnerName} will be in ${forMentor(about)}.` },
    toLearner: {
      title: 'Your seat is booked',
      message: `You have a seat in ${forLearner(about)}.${paidFor(about, change)}`,
    },
  }),
  expired: (about) => ({
    toLearner: {
      title: 'Your held seat was given free',
      message: `The ten minutes to pay for ${forLearner(about)} are over. Book again if there is a seat left.`,
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
