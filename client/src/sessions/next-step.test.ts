import { describe, expect, it } from 'vitest'
import type { Role } from '@peerlearn/contract/base'
import type { Booking } from '@peerlearn/contract/bookings'
import type { Session, SessionDetail } from '@peerlearn/contract/sessions'
import { nextStep } from './next-step.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const minutes = (n: number) => new Date(now + n * 60_000).toISOString()

const session = (given: Partial<Session> = {}): Session => ({
  id: 's',
  title: 'Learn to read a balance sheet',
  description: 'd',
  mentor: { id: 'm', name: 'Asha', bio: '', skills: [], rating: null, ratings: 0 },
  startsAt: minutes(24 * 60),
  durationMinutes: 60,
  capacity: 10,
  staged: false,
  seatsLeft: 3,
  pricePaise: 49900,
  skills: [],
  status: 'scheduled',
  startedAt: null,
  endedAt: null,
  ...given,
})

const booked = (status: Booking['status'], heldUntil: string | null = null): Booking => ({
  id: 'b',
  sessionId: 's',
  status,
  pricePaise: 49900,
  heldUntil,
  createdAt: minutes(-5),
})

function stepOf(given: Partial<SessionDetail>, viewer: Role | undefined = 'learner') {
  const detail: SessionDetail = {
    session: session(),
    booking: null,
    mine: false,
    gaveFeedback: false,
    feedback: [],
    ...given,
  }
  return nextStep(detail, viewer, now)
}

const label = (given: Partial<SessionDetail>, viewer: Role | undefined = 'learner') =>
  stepOf(given, viewer).main.label

describe('a learner’s next step', () => {
  it('begins with signing in', () => {
    const detail: SessionDetail = {
      session: session(),
      booking: null,
      mine: false,
      gaveFeedback: false,
      feedback: [],
    }
    expect(nextStep(detail, undefined, now).main.action).toBe('sign-in')
  })
  it('is to book, with the price said', () => {
    expect(label({})).toBe('Book seat · ₹499')
    expect(label({ session: session({ pricePaise: 0 }) })).toBe('Book free seat')
  })
  it('is to pay while the seat is held', () => {
    expect(label({ booking: booked('held', minutes(9)) })).toBe('Pay ₹499')
  })
  it('is to pay even when the held seat was the last one', () => {
    expect(label({ session: session({ seatsLeft: 0 }), booking: booked('held', minutes(9)) })).toBe(
      'Pay ₹499',
    )
  })
  it('is to book again once the hold ran out, and says why', () => {
    const step = stepOf({ booking: booked('held', minutes(-1)) })
    expect(step.main.action).toBe('book')
    expect(step.note).toContain('given back')
    expect(stepOf({ booking: booked('expired') }).note).toContain('given back')
  })
  it('is to book again after giving a seat back', () => {
    expect(stepOf({ booking: booked('cancelled') })).toMatchObject({ main: { action: 'book' } })
  })
  it('is to get ready, to join, then to give feedback', () => {
    const booking = booked('confirmed')
    expect(label({ booking })).toBe('Get ready')
    expect(label({ booking, session: session({ status: 'live' }) })).toBe('Join')
    const ended = session({ status: 'ended' })
    expect(label({ booking, session: ended })).toBe('Give feedback')
    expect(stepOf({ booking, session: ended, gaveFeedback: true }).main.action).toBe('browse')
  })
  it('leads elsewhere from a full, ended or cancelled session', () => {
    for (const given of [{ seatsLeft: 0 }, { status: 'ended' }, { status: 'cancelled' }] as const) {
      const step = stepOf({ session: session(given) })
      expect(step.main.action).toBe('browse')
      expect(step.note).toBeTruthy()
    }
  })
  it('leads elsewhere when the class was never started', () => {
    const over = session({ startsAt: minutes(-61) })
    expect(stepOf({ session: over }).main.action).toBe('browse')
    expect(stepOf({ session: over, booking: booked('confirmed') }).main.action).toBe('bookings')
    expect(stepOf({ session: session({ startsAt: minutes(-59) }) }).main.action).toBe('book')
  })
  it('is for learners alone', () => {
    expect(stepOf({}, 'mentor').note).toContain('a mentor')
    expect(stepOf({}, 'admin').note).toContain('an admin')
  })
})

describe('a mentor’s next step', () => {
  const own = (given: Partial<Session>) => stepOf({ mine: true, session: session(given) }, 'mentor')
  it('is to edit long before, with starting beside it', () => {
    expect(own({}).main.label).toBe('Edit')
    expect(own({}).others.map((o) => o.label)).toEqual(['Start class'])
  })
  it('is to start shortly before, and late', () => {
    expect(own({ startsAt: minutes(20) }).main.label).toBe('Start class')
    expect(own({ startsAt: minutes(-20) }).main.label).toBe('Start class')
  })
  it('is to join while it is on, with the end beside it', () => {
    expect(own({ status: 'live' }).main.label).toBe('Join')
    expect(own({ status: 'live' }).others.map((o) => o.label)).toEqual(['End class'])
  })
  it('leads back to the own sessions afterwards', () => {
    expect(own({ status: 'ended' }).main.action).toBe('teach')
    expect(own({ status: 'cancelled' }).main.action).toBe('teach')
  })
})
