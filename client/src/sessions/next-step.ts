/** What a person can do next about a session: the one button of its page, and the words beside it. */
import type { Role } from '@peerlearn/contract/base'
import type { SessionDetail } from '@peerlearn/contract/sessions'
import { money } from '../lib/money.ts'

export type Action =
  | 'sign-in'
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

/** From so long before its start, opening the room is a mentor's next step; before, it is a look at the plan. */
export const startWindowMs = 30 * 60_000

const browse: Step = { action: 'browse', label: 'Find another session' }
const check: Step = { action: 'check', label: 'Check your connection' }
const toBookings: Step = { action: 'bookings', label: 'My bookings' }

/** `viewer` is the role of who looks, undefined for somebody not signed in. */
export function nextStep(detail: SessionDetail, viewer: Role | undefined, now: number): NextStep {
  if (detail.mine) return mentorsStep(detail, now)
  const { session, booking } = detail
  if (session.status === 'cancelled') return stop('The mentor cancelled this session.')
  if (booking?.status === 'confirmed') return bookedStep(detail, now)
  if (session.status === 'ended') return stop('This session has ended.')
  if (isOver(detail, now)) return stop('The time of this session has passed.')
  if (booking?.status === 'held' && isHeld(detail, now)) return payStep(session.pricePaise)
  if (session.seatsLeft === 0) return stop('All seats are taken.')
  if (!viewer) return { main: { action: 'sign-in', label: 'Sign in to book' }, others: [] }
  if (viewer !== 'learner') return stop('Seats are booked by learners: you’re signed in as ' + named[viewer])
  return bookStep(detail)
}

const named = { mentor: 'a mentor.', admin: 'an admin.', learner: 'a learner.' }

const stop = (note: string): NextStep => ({ main: browse, others: [], note })

export const isHeld = ({ booking }: SessionDetail, now: number): boolean =>
  booking?.status === 'held' && booking.heldUntil !== null && Date.parse(booking.heldUntil) > now

/** Its time has gone by and nobody ever started it. */
const isOver = ({ session }: SessionDetail, now: number): boolean =>
  session.status === 'scheduled' && Date.parse(session.startsAt) + session.durationMinutes * 60_000 < now

const payStep = (paise: number): NextStep => ({
  main: { action: 'pay', label: `Pay ${money(paise)}` },
  others: [],
})

function bookStep({ session, booking }: SessionDetail): NextStep {
  const label = session.pricePaise ? `Book seat · ${money(session.pricePaise)}` : 'Book free seat'
  const ranOut = booking?.status === 'expired' || booking?.status === 'held'
  return {
    main: { action: 'book', label },
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
