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

const isPast = ({ sessionStatus, startsAt, durationMinutes }: BookedSession, now: number): boolean =>
  sessionStatus === 'ended' ||
  sessionStatus === 'cancelled' ||
  (sessionStatus === 'scheduled' && Date.parse(startsAt) + durationMinutes * minuteMs < now)

/** Still a seat, or still to become one: what belongs to "coming up". */
export const isComing = (booked: BookedSession, now: number): boolean =>
  !isPast(booked, now) && (booked.booking.status === 'confirmed' || holdsSeat(booked, now))

export const holdsSeat = ({ booking }: BookedSession, now: number): boolean =>
  booking.status === 'held' && booking.heldUntil !== null && Date.parse(booking.heldUntil) > now

/** A seat that came free and is kept for somebody who waited. */
const isOffer = ({ booking, own }: BookedSession): boolean =>
  own && booking.status === 'held' && booking.purchaseId === null

/** A seat in a class whose time has come, and which its mentor has not opened. */
export const isDue = (booked: BookedSession, now: number): boolean =>
  isComing(booked, now) &&
  booked.own &&
  !booked.removed &&
  booked.booking.status === 'confirmed' &&
  booked.sessionStatus === 'scheduled' &&
  Date.parse(booked.startsAt) <= now

const ended: Record<NonNullable<BookedSession['booking']['endedBecause']>, string> = {
  unpaid: 'Not paid in time',
  cancelled: 'Given back',
  moved: 'Moved',
  'session-cancelled': 'Session cancelled',
  'too-few': 'Session cancelled',
  suspended: 'Ended',
  'offer-over': 'Not taken in time',
  removed: 'Ended',
}

const guestState = ({ booking, guestName }: BookedSession): BookingState => {
  const manage = { label: 'Manage', href: `/sessions/${booking.sessionId}` }
  if (guestName) return { kind: 'good', label: `Taken by ${guestName}`, step: manage }
  return booking.guestEmail
    ? { kind: 'info', label: 'Invited', step: manage }
    : { kind: 'plain', label: 'Free to give', step: manage }
}

export function stateOf(booked: BookedSession, now: number): BookingState {
  const { booking, sessionStatus, removed, gaveFeedback } = booked
  const page = `/sessions/${booking.sessionId}`
  if (sessionStatus === 'cancelled') return { kind: 'bad', label: 'Session cancelled' }
  if (isOffer(booked) && holdsSeat(booked, now))
    return { kind: 'warn', label: 'It is your turn', step: { label: 'Take the seat', href: page } }
  if (holdsSeat(booked, now))
    return { kind: 'warn', label: 'To be paid', step: { label: 'Pay now', href: `${page}?pay` } }
  if (booking.status !== 'confirmed') return { kind: 'plain', label: ended[booking.endedBecause ?? 'unpaid'] }
  if (!booked.own) return guestState(booked)
  if (removed) return { kind: 'plain', label: 'Removed by the mentor' }
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

/** May the seat still be given back, by who looks? A guest gives theirs back to who bought it. */
export const mayCancel = (item: BookedSession, now: number): boolean =>
  isComing(item, now) && (item.booking.status === 'held' || item.sessionStatus === 'scheduled')

/** Whoever bought it may ask; the server knows whether it is in time. */
export const mayMove = (item: BookedSession, now: number): boolean =>
  mayCancel(item, now) && item.bought && item.booking.status === 'confirmed'
