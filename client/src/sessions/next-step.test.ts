import { describe, expect, it } from 'vitest'
import type { Booking } from '@peerlearn/contract/bookings'
import type { Session, SessionDetail } from '@peerlearn/contract/sessions'
import { nextStep } from './next-step.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const minutes = (n: number) => new Date(now + n * 60_000).toISOString()

const session = (given: Partial<Session> = {}): Session => ({
  id: 's',
  title: 'Learn to read a balance sheet',
  description: 'd',
  mentor: { id: 'm', name: 'Asha', bio: '', skills: [], image: null, rating: null, ratings: 0 },
  startsAt: minutes(24 * 60),
  durationMinutes: 60,
  capacity: 10,
  staged: false,
  seatsLeft: 3,
  pricePaise: 49900,
  bookingClosesMinutes: 0,
  minLearners: 0,
  refund: { fullHours: 24, halfHours: 2 },
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
  paidPaise: 0,
  purchaseId: 'p',
  packId: null,
  guestEmail: null,
  seated: true,
  endedBecause: status === 'expired' ? 'unpaid' : null,
  heldUntil,
  createdAt: minutes(-5),
})

const detailOf = (given: Partial<SessionDetail>): SessionDetail => ({
  session: session(),
  seriesId: null,
  booking: null,
  guests: [],
  waiting: null,
  waitingCount: 0,
  mine: false,
  removed: false,
  gaveFeedback: false,
  feedback: [],
  ...given,
})

const stepOf = (
  given: Partial<SessionDetail>,
  viewer: { verified: boolean } | undefined = { verified: true },
) => nextStep(detailOf(given), viewer, now)

const label = (
  given: Partial<SessionDetail>,
  viewer: { verified: boolean } | undefined = { verified: true },
) => stepOf(given, viewer).main.label

describe('a learner’s next step', () => {
  it('begins with signing in', () => {
    expect(nextStep(detailOf({}), undefined, now).main.action).toBe('sign-in')
  })
  it('is to book, with the price said', () => {
    expect(label({})).toBe('Book and pay ₹499')
    expect(label({ session: session({ pricePaise: 0 }) })).toBe('Book free seat')
    const several = nextStep(detailOf({}), { verified: true }, now, { seats: 3, amountPaise: 74_850 })
    expect(several.main.label).toBe('Book 3 seats and pay ₹748.50')
  })
  it('is to pay while the seat is held', () => {
    expect(label({ booking: booked('held', minutes(9)) })).toBe('Pay now · ₹499')
  })
  it('is to pay even when the held seat was the last one', () => {
    expect(label({ session: session({ seatsLeft: 0 }), booking: booked('held', minutes(9)) })).toBe(
      'Pay now · ₹499',
    )
  })
  it('is to book again once the hold ran out, and says why', () => {
    const step = stepOf({ booking: { ...booked('expired'), endedBecause: 'unpaid' } })
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
  it('is to get ready when its time has come too, and says for whom one waits', () => {
    const at = (left: number) =>
      stepOf({ booking: booked('confirmed'), session: session({ startsAt: minutes(left) }) })
    expect(at(1)).toMatchObject({ lead: 'Your seat is booked.' })
    expect(at(1).due).toBeUndefined()
    expect(at(0)).toMatchObject({
      main: { action: 'get-ready' },
      lead: 'Now: your mentor has not opened it yet.',
      due: true,
    })
    expect(at(-61).main.action).toBe('bookings')
  })
  it('leads elsewhere from a class that its mentor removed them from, and says so', () => {
    const live = session({ status: 'live' })
    const step = stepOf({ booking: booked('confirmed'), session: live, removed: true })
    expect([step.main.action, ...step.others]).toEqual(['browse'])
    expect(step.note).toBe('The mentor removed you from this class. You can’t come back into it.')
  })
  it('leads elsewhere from an ended or cancelled session', () => {
    for (const given of [{ status: 'ended' }, { status: 'cancelled' }] as const) {
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
  it('is to wait for a seat of a full session, and tells the place in the queue', () => {
    const full = session({ seatsLeft: 0 })
    expect(stepOf({ session: full, waitingCount: 2 })).toMatchObject({
      main: { action: 'wait' },
      note: 'All seats are taken. 2 people wait already. When one comes free it is offered to the first on the waitlist.',
    })
    expect(nextStep(detailOf({ session: full, waitingCount: 1 }), undefined, now)).toMatchObject({
      main: { label: 'Sign in to join the waitlist' },
      note: 'All seats are taken. One person waits already.',
    })
    const waiting = { status: 'waiting', place: 3, offeredUntil: null } as const
    const step = stepOf({ session: full, waiting, waitingCount: 3 })
    expect(step.note).toContain('number 3')
    expect(step.main).toMatchObject({ action: 'browse', quiet: true })
    expect(step.others.map((other) => other.action)).toEqual(['leave'])
    expect(stepOf({ waitingCount: 1 }).main.action).toBe('wait')
  })
  it('is to take the seat that is kept from the waitlist, and then to pay it', () => {
    const waiting = { status: 'offered', place: 1, offeredUntil: minutes(20) } as const
    const offered = { ...booked('held', minutes(20)), purchaseId: null }
    expect(label({ booking: offered, waiting })).toBe('Take the seat and pay ₹499')
    expect(label({ booking: booked('held', minutes(20)), waiting })).toBe('Pay now · ₹499')
  })
  it('is to pay guests’ seats too, and leads elsewhere once booking has closed', () => {
    expect(label({ guests: [{ booking: booked('held', minutes(5)), name: null }] })).toBe('Pay now · ₹499')
    const closed = session({ bookingClosesMinutes: 2 * 24 * 60 })
    expect(stepOf({ session: closed })).toMatchObject({
      main: { action: 'browse' },
      note: 'Booking has closed.',
    })
  })
  it('warns beside the button once not all of the money would come back', () => {
    const at = (minutesLeft: number) => session({ startsAt: minutes(minutesLeft) })
    expect(stepOf({ session: at(25 * 60) }).warning).toBeUndefined()
    expect(stepOf({ session: at(3 * 60) }).warning).toBe(
      'Only half of it comes back when you cancel until 2 hours before the start, nothing after that.',
    )
    expect(stepOf({ session: at(60) }).warning).toContain('Nothing comes back')
    expect(stepOf({ session: session({ status: 'live', startsAt: minutes(-5) }) }).warning).toContain(
      'can’t be given back',
    )
    expect(stepOf({ session: at(60), booking: booked('held', minutes(5)) }).warning).toContain('Nothing')
    expect(stepOf({ session: { ...at(60), pricePaise: 0 } }).warning).toBeUndefined()
  })
  it('warns of a pack’s credit too, and of nothing when a coupon pays all', () => {
    const soon = detailOf({ session: session({ startsAt: minutes(60) }) })
    const warning = (chosen: { amountPaise: number; packed?: boolean }) =>
      nextStep(soon, { verified: true }, now, { seats: 1, ...chosen }).warning
    expect(warning({ amountPaise: 0, packed: true })).toContain('credit does not come back')
    expect(warning({ amountPaise: 0 })).toBeUndefined()
  })
  it('is to prove the email first', () => {
    expect(stepOf({}, { verified: false })).toMatchObject({ main: { action: 'verify' } })
  })
})

describe('a mentor’s next step', () => {
  const own = (given: Partial<Session>) => stepOf({ mine: true, session: session(given) })
  it('is to edit long before, and says from when it can be started', () => {
    const step = own({})
    expect(step.main.label).toBe('Edit')
    expect(step.others.map((o) => o.label)).toEqual(['Get ready', 'Check your connection'])
    expect(step.note).toContain('You can start the class from')
  })
  it('is to get ready from two hours before, with starting beside it', () => {
    const step = own({ startsAt: minutes(120) })
    expect(step.main.label).toBe('Get ready')
    expect(step.others.map((o) => o.label)).toEqual(['Start class', 'Edit'])
    expect(own({ startsAt: minutes(121) }).main.label).toBe('Edit')
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
