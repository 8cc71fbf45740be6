/** What a person can do next about a session: the one button of its page, and the words beside it. */
import type { Booking } from '@peerlearn/contract/bookings'
import { lossWords, refundShare } from '@peerlearn/contract/refund-policy'
import { startableFrom, type Session, type SessionDetail } from '@peerlearn/contract/sessions'
import { money } from '../lib/money.ts'
import { momentInside } from '../lib/time.ts'

export type Action =
  | 'sign-in'
  | 'verify'
  | 'book'
  | 'pay'
  | 'get-ready'
  | 'join'
  | 'feedback'
  | 'edit'
  | 'start'
  | 'end'
  | 'browse'
  | 'bookings'
  | 'check'
  | 'teach'
  | 'wait'
  | 'leave'
  | 'accept'

export interface Step {
  action: Action
  /** What the button says. */
  label: string
  /** There is nothing to be done now but to wait: it is a way on, not the thing to do. */
  quiet?: boolean
}

export interface NextStep {
  /** Always one: a page without a way on is a dead end. */
  main: Step
  /** Quieter ways on, beside it. */
  others: Step[]
  /** Where things stand, in a few words before the note; not said again beside the news that it came to be so. */
  lead?: string
  /** The lead asks for attention. */
  due?: boolean
  /** One sentence of where things stand, when the button alone does not say it. */
  note?: string
  /** What somebody who books now should know before: that not all of it comes back any more. */
  warning?: string
}

interface Chosen {
  seats: number
  amountPaise?: number | undefined
  /** Taken with credits of a pack. */
  packed?: boolean
}

/** From so long before its start, opening the room is a mentor's next step; before, it is to get ready. */
export const startWindowMs = 30 * 60_000

const browse: Step = { action: 'browse', label: 'Find another session' }
/** Of a class whose time has come: its learners wait for somebody else. */
export const dueWords = 'Now: your mentor has not opened it yet.'

const check: Step = { action: 'check', label: 'Check your connection' }
const toBookings: Step = { action: 'bookings', label: 'My bookings' }

/**
 * `viewer` is who looks, undefined for somebody not signed in. `chosen` is how many seats they are about to book,
 * and what is to be paid for those, or for the held ones.
 */
export function nextStep(
  detail: SessionDetail,
  viewer: { verified: boolean } | undefined,
  now: number,
  chosen: Chosen = { seats: 1 },
): NextStep {
  if (detail.mine) return mentorsStep(detail, now)
  const { session, booking } = detail
  if (session.status === 'cancelled') return stop(whyCancelled(booking))
  if (booking?.status === 'confirmed') return bookedStep(detail, now)
  if (session.status === 'ended') return stop('This session has ended.')
  if (isOver(detail, now)) return stop('The time of this session has passed.')
  const warning = lossOf(session, chosen, now)
  if (isOffered(detail, now)) return { ...offerStep(chosen.amountPaise ?? session.pricePaise), ...warning }
  if (heldSeat(detail, now)) return { ...payStep(chosen.amountPaise ?? session.pricePaise), ...warning }
  if (isClosed(detail, now)) return stop('Booking has closed.')
  const full = session.seatsLeft === 0 || detail.waiting !== null || detail.waitingCount > 0
  if (!viewer)
    return {
      main: { action: 'sign-in', label: full ? 'Sign in to join the waitlist' : 'Sign in to book' },
      others: full ? [browse] : [],
      ...(full && { note: fullWords(detail) }),
    }
  if (!viewer.verified)
    return {
      main: { action: 'verify', label: 'Send the link again' },
      others: [browse],
      note: 'Seats are for people whose address is confirmed: open the link that we mailed you.',
    }
  if (full) return waitStep(detail)
  return { ...bookStep(detail, chosen), ...warning }
}

/** Nothing is said while all of the money would come back, and nothing where there is none. */
function lossOf(session: Session, { amountPaise, packed }: Chosen, now: number): { warning?: string } {
  if (!packed && (amountPaise ?? session.pricePaise) === 0) return {}
  const startsAt = new Date(session.startsAt)
  if (session.status === 'live' || startsAt.getTime() <= now)
    return { warning: 'It is time for this class: the seat can’t be given back any more.' }
  const share = refundShare(session.refund, startsAt, new Date(now))
  const words = lossWords(session.refund, share)
  if (!words) return {}
  return {
    warning: packed ? 'The credit does not come back when you cancel: it is short before the start.' : words,
  }
}

const whyCancelled = (booking: Booking | null) =>
  booking?.endedBecause === 'too-few'
    ? 'Too few people booked this session. What you paid comes back.'
    : `This session was cancelled.${booking?.paidPaise ? ' What you paid comes back.' : ''}`

const stop = (note: string): NextStep => ({ main: browse, others: [], note })

const runs = ({ status, heldUntil }: Booking, now: number): boolean =>
  status === 'held' && heldUntil !== null && Date.parse(heldUntil) > now

/** A seat of the viewer or of their guests that waits for its payment; all of one purchase are paid at once. */
export const heldSeat = ({ booking, guests }: SessionDetail, now: number): Booking | undefined =>
  [...(booking ? [booking] : []), ...guests.map((guest) => guest.booking)].find(
    (seat) => seat.purchaseId !== null && runs(seat, now),
  )

/** Is a seat that became free kept for the viewer, who waited for one? */
export const isOffered = ({ booking, waiting }: SessionDetail, now: number): boolean =>
  waiting?.status === 'offered' && booking !== null && booking.purchaseId === null && runs(booking, now)

const isClosed = ({ session }: SessionDetail, now: number): boolean =>
  session.bookingClosesMinutes > 0 &&
  Date.parse(session.startsAt) - session.bookingClosesMinutes * 60_000 <= now

/** Its time has gone by and nobody ever started it. */
const isOver = ({ session }: SessionDetail, now: number): boolean =>
  session.status === 'scheduled' && Date.parse(session.startsAt) + session.durationMinutes * 60_000 < now

const payStep = (paise: number): NextStep => ({
  main: { action: 'pay', label: `Pay now · ${money(paise)}` },
  others: [],
})

const offerStep = (paise: number): NextStep => ({
  main: { action: 'accept', label: paise ? `Take the seat and pay ${money(paise)}` : 'Take the seat' },
  others: [{ action: 'leave', label: 'Let it go to the next' }],
})

function waitStep(detail: SessionDetail): NextStep {
  const { waiting } = detail
  if (waiting)
    return {
      main: { ...browse, quiet: true },
      others: [{ action: 'leave', label: 'Leave the waitlist' }],
      note: `You are number ${waiting.place} on the waitlist. When a seat comes free and it is your turn, you hear of it, and it is kept for you for 30 minutes.`,
    }
  return {
    main: { action: 'wait', label: 'Join the waitlist' },
    others: [browse],
    note: `${fullWords(detail)} When one comes free it is offered to the first on the waitlist.`,
  }
}

function fullWords({ waitingCount }: SessionDetail): string {
  if (waitingCount === 0) return 'All seats are taken.'
  return `All seats are taken. ${waitingCount === 1 ? 'One person waits' : `${waitingCount} people wait`} already.`
}

function bookStep({ session, booking }: SessionDetail, { seats, amountPaise }: Chosen): NextStep {
  const paise = amountPaise ?? session.pricePaise * seats
  const what = seats === 1 ? 'seat' : `${seats} seats`
  const label = session.pricePaise === 0 && seats === 1 ? 'Book free seat' : `Book ${what}`
  const paying = seats === 1 ? 'Book and pay' : `Book ${what} and pay`
  const ranOut = booking?.endedBecause === 'unpaid'
  return {
    main: { action: 'book', label: paise ? `${paying} ${money(paise)}` : label },
    others: [],
    ...(ranOut && {
      note: 'Your held seat was given back because it wasn’t paid in time. A payment that still arrives gets a free seat, or comes back.',
    }),
  }
}

function bookedStep(detail: SessionDetail, now: number): NextStep {
  const { session, removed, gaveFeedback } = detail
  if (isOver(detail, now))
    return { main: toBookings, others: [], note: 'Its time has passed and the class was never started.' }
  if (removed) return stop('The mentor removed you from this class. You can’t come back into it.')
  if (session.status === 'live')
    return { main: { action: 'join', label: 'Join' }, others: [], note: 'The class is on now.' }
  if (session.status === 'scheduled') return waitingStep(Date.parse(session.startsAt) <= now)
  if (gaveFeedback)
    return { main: browse, others: [toBookings], note: 'Thank you for your feedback: your mentor sees it.' }
  return { main: { action: 'feedback', label: 'Give feedback' }, others: [], note: 'This session has ended.' }
}

const waitingStep = (due: boolean): NextStep => ({
  main: { action: 'get-ready', label: 'Get ready' },
  others: [check],
  ...(due ? { lead: dueWords, due } : { lead: 'Your seat is booked.' }),
  note: 'Try your camera and microphone now; the room opens when your mentor starts.',
})

function mentorsStep({ session }: SessionDetail, now: number): NextStep {
  if (session.status === 'live')
    return {
      main: { action: 'join', label: 'Join' },
      others: [{ action: 'end', label: 'End class' }],
      note: 'Your class is on now.',
    }
  if (session.status === 'scheduled') return plannedStep(session.startsAt, now)
  const note = session.status === 'ended' ? 'You taught this session.' : 'You cancelled this session.'
  return { main: { action: 'teach', label: 'My sessions' }, others: [], note }
}

function plannedStep(startsAt: string, now: number): NextStep {
  const edit: Step = { action: 'edit', label: 'Edit' }
  const start: Step = { action: 'start', label: 'Start class' }
  const ready: Step = { action: 'get-ready', label: 'Get ready' }
  if (Date.parse(startsAt) - now < startWindowMs) return { main: start, others: [ready, edit] }
  if (startableFrom(startsAt) <= now) return { main: ready, others: [start, edit] }
  return {
    main: edit,
    others: [ready, check],
    note: `You can start the class from ${momentInside(startableFrom(startsAt), now)}. Until then, try your camera and microphone.`,
  }
}
