/** What state a booking is in, as its owner would say it, and where it leads. */
import type { BookedSession } from '@peerlearn/contract/bookings'
import type { StateKind } from '../ui/state-icons.ts'

export interface BookingState {
  kind: StateKind | 'plain' | 'live'
  label: string
  /** The next thing to do about it, if there is one. */
  step?: { label: string; href: string }
}

const minuteMs = 60_000

export const isPast = ({ sessionStatus, startsAt, durationMinutes }: BookedSession, now: number): boolean =>
  sessionStatus === 'ended' ||
  sessionStatus === 'cancelled' ||
  (sessionStatus === 'scheduled' && Date.parse(startsAt) + durationMinutes * minuteMs < now)

/** Still a seat, or still to become one: what belongs to "coming up". */
export const isComing = (booked: BookedSession, now: number): boolean =>
  !isPast(booked, now) && (booked.booking.status === 'confirmed' || holdsSeat(booked, now))

export const holdsSeat = ({ booking }: BookedSession, now: number): boolean =>
  booking.status === 'held' && booking.heldUntil !== null && Date.parse(booking.heldUntil) > now

export function stateOf(booked: BookedSession, now: number): BookingState {
  const { booking, sessionStatus, gaveFeedback } = booked
  const page = `/sessions/${booking.sessionId}`
  if (sessionStatus === 'cancelled') return { kind: 'bad', label: 'Session cancelled' }
  if (booking.status === 'cancelled') return { kind: 'plain', label: 'Given back' }
  if (holdsSeat(booked, now)) return { kind: 'warn', label: 'To be paid', step: { label: 'Pay', href: page } }
  if (booking.status !== 'confirmed') return { kind: 'plain', label: 'Not paid in time' }
  if (sessionStatus === 'live')
    return { kind: 'live', label: 'Live now', step: { label: 'Join', href: `${page}/room` } }
  if (sessionStatus === 'ended')
    return {
      kind: 'plain',
      label: 'Ended',
      ...(!gaveFeedback && { step: { label: 'Give feedback', href: page } }),
    }
  if (isPast(booked, now)) return { kind: 'plain', label: 'Never started' }
  return { kind: 'good', label: 'Booked', step: { label: 'Get ready', href: `${page}/room` } }
}
