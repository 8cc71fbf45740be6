/** What a person can do next about a session: the one button of its page, and the words beside it. */
import type { Booking } from '@peerlearn/contract/bookings'
import type { SessionDetail } from '@peerlearn/contract/sessions'
import { money } from '../lib/money.ts'

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
}

export interface NextStep {
  /** Always one: a page without a way on is a dead end. */
  main: Step
  /** Quieter ways on, beside it. */
  others: Step[]
  /** One sentence of where things stand, when the button alone does not say it. */
  note?: string
}

interface Chosen {
  seats: number
  amountPaise?: number | undefined
}

/** From so long before its start, opening the room is a mentor's next step; before, it is a look at the plan. */
export const startWindowMs = 30 * 60_000

const browse: Step = { action: 'browse', label: 'Find another session' }
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
  if (isOffered(detail, now)) return offerStep(chosen.amountPaise ?? session.pricePaise)
  if (heldSeat(detail, now)) return payStep(chosen.amountPaise ?? session.pricePaise)
  if (isClosed(detail, now)) return stop('Booking has closed.')
  const full = session.seatsLeft === 0 || detail.waiting !== null || detail.waitingCount > 0
  if (!viewer)
    return {
      main: { action: 'sign-in', label: full ? 'Sign in to join the waitlist' : 'Sign in to book' },
      others: [],
      ...(full && { note: 'All seats are taken.' }),
    }
  if (!viewer.verified)
    return {
      main: { action: 'verify', label: 'Confirm your address' },
      others: [browse],
      note: 'Seats are for people whose address is confirmed: open the link that we mailed you.',
    }
  if (full) return waitStep(detail)
  return bookStep(detail, chosen)
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
  main: { action: 'pay', label: `Pay ${money(paise)}` },
  others: [],
})

const offerStep = (paise: number): NextStep => ({
  main: { action: 'accept', label: paise ? `Take the seat · ${money(paise)}` : 'Take the seat' },
  others: [{ action: 'leave', label: 'Let it go to the next' }],
})

function waitStep({ waiting, waitingCount }: SessionDetail): NextStep {
  if (waiting)
    return {
      main: browse,
      others: [{ action: 'leave', label: 'Wait no longer' }],
      note: `All seats are taken. You are number ${waiting.place} on the waitlist: when a seat comes free and it is your turn, it is kept for you for 30 minutes.`,
    }
  const others = waitingCount === 1 ? 'One person waits already.' : `${waitingCount} people wait already.`
  return {
    main: { action: 'wait', label: 'Join the waitlist' },
    others: [browse],
    note: `All seats are taken.${waitingCount ? ` ${others}` : ''}`,
  }
}

function bookStep({ session, booking }: SessionDetail, { seats, amountPaise }: Chosen): NextStep {
  const paise = amountPaise ?? session.pricePaise * seats
  const what = seats === 1 ? 'seat' : `${seats} seats`
  const label = session.pricePaise === 0 && seats === 1 ? 'Book free seat' : `Book ${what}`
  const ranOut = booking?.endedBecause === 'unpaid'
  return {
    main: { action: 'book', label: paise ? `${label} · ${money(paise)}` : label },
    others: [],
    ...(ranOut && { note: 'Your held seat was given back because it wasn’t paid in time.' }),
  }
}

function bookedStep(detail: SessionDetail, now: number): NextStep {
  const { session, gaveFeedback } = detail
  if (isOver(detail, now))
    return { main: toBookings, others: [], note: 'Its time has passed and the class was never started.' }
  if (session.status === 'live')
    return { main: { action: 'join', label: 'Join' }, others: [], note: 'The class is on now.' }
  if (session.status === 'scheduled')
    return {
      main: { action: 'get-ready', label: 'Get ready' },
      others: [check],
      note: 'Your seat is booked. Try your camera and microphone now; the room opens when your mentor starts.',
    }
  if (gaveFeedback) return { main: browse, others: [toBookings], note: 'Thank you for your feedback.' }
  return { main: { action: 'feedback', label: 'Give feedback' }, others: [], note: 'This session has ended.' }
}

function mentorsStep({ session }: SessionDetail, now: number): NextStep {
  const edit: Step = { action: 'edit', label: 'Edit' }
  const start: Step = { action: 'start', label: 'Start class' }
  if (session.status === 'live')
    return {
      main: { action: 'join', label: 'Join' },
      others: [{ action: 'end', label: 'End class' }],
      note: 'Your class is on now.',
    }
  if (session.status === 'scheduled') {
    const soon = Date.parse(session.startsAt) - now < startWindowMs
    return soon ? { main: start, others: [edit] } : { main: edit, others: [start] }
  }
  const note = session.status === 'ended' ? 'You taught this session.' : 'You cancelled this session.'
  return { main: { action: 'teach', label: 'My sessions' }, others: [], note }
}
