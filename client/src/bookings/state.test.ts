import { describe, expect, it } from 'vitest'
import type { BookedSession } from '@peerlearn/contract/bookings'
import { paidWords } from './paid-words.ts'
import { isComing, isDue, stateOf } from './state.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const minutes = (n: number) => new Date(now + n * 60_000).toISOString()

type Given = Partial<Omit<BookedSession, 'booking'>> & {
  status?: BookedSession['booking']['status']
  held?: number
  seat?: Partial<BookedSession['booking']>
}

function booked({ status = 'confirmed', held, seat = {}, ...given }: Given): BookedSession {
  return {
    booking: {
      id: 'b',
      sessionId: 's',
      status,
      pricePaise: 49900,
      paidPaise: 0,
      purchaseId: 'p',
      packId: null,
      guestEmail: null,
      seated: true,
      endedBecause: status === 'cancelled' ? 'cancelled' : null,
      ...seat,
      heldUntil: held === undefined ? null : minutes(held),
      createdAt: minutes(-60),
    },
    title: 't',
    mentorId: 'm',
    mentorName: 'm',
    own: true,
    bought: true,
    guestName: null,
    due: null,
    startsAt: minutes(60),
    durationMinutes: 60,
    sessionStatus: 'scheduled',
    removed: false,
    gaveFeedback: false,
    attendedSeconds: null,
    ...given,
  }
}

const shown = (given: Given) => {
  const { label, step } = stateOf(booked(given), now)
  return [label, step?.label, isComing(booked(given), now)]
}

describe('a booking in the list', () => {
  it('says its state, its next step, and whether it is still to come', () => {
    expect(shown({})).toEqual(['Booked', 'Get ready', true])
    expect(shown({ status: 'held', held: 5 })).toEqual(['To be paid', 'Pay now', true])
    expect(shown({ sessionStatus: 'live', startsAt: minutes(-5) })).toEqual(['Live now', 'Join', true])
    const removed = { sessionStatus: 'live', startsAt: minutes(-5), removed: true } as const
    expect(shown(removed)).toEqual(['Removed by the mentor', undefined, true])
    expect(shown({ sessionStatus: 'ended' })).toEqual(['Ended', 'Give feedback', false])
    expect(shown({ sessionStatus: 'ended', gaveFeedback: true })).toEqual(['Ended', undefined, false])
  })
  it('moves to the past when its hold runs out, when it is given back or cancelled', () => {
    expect(shown({ status: 'held', held: -1 })).toEqual(['Not paid in time', undefined, false])
    expect(shown({ status: 'expired' })).toEqual(['Not paid in time', undefined, false])
    expect(shown({ status: 'cancelled' })).toEqual(['Given back', undefined, false])
    expect(shown({ status: 'cancelled', sessionStatus: 'cancelled' })[0]).toBe('Session cancelled')
    expect(shown({ startsAt: minutes(-90) })).toEqual(['Never started', undefined, false])
  })
  it('says whose turn it is on the waitlist, and who took a guest’s seat', () => {
    const offer = { status: 'held', held: 20, seat: { purchaseId: null } } as const
    expect(shown(offer)).toEqual(['It is your turn', 'Take the seat', true])
    expect(shown({ own: false, guestName: 'Chitra' })[0]).toBe('Taken by Chitra')
    expect(shown({ own: false, seat: { guestEmail: 'c@example.com' } })[0]).toBe('Invited')
    expect(shown({ status: 'cancelled', seat: { endedBecause: 'moved' } })[0]).toBe('Moved')
  })
  it('stays to come while a late class may still begin', () => {
    expect(shown({ startsAt: minutes(-30) })).toEqual(['Booked', 'Get ready', true])
  })
  it('stands out from its time on until its mentor opens it, or its time has passed', () => {
    const due = (given: Given) => isDue(booked(given), now)
    expect(due({ startsAt: minutes(1) })).toBe(false)
    expect(due({ startsAt: minutes(0) })).toBe(true)
    expect(due({ startsAt: minutes(-60) })).toBe(true)
    expect(due({ startsAt: minutes(-61) })).toBe(false)
    expect(due({ startsAt: minutes(-5), sessionStatus: 'live' })).toBe(false)
    expect(due({ startsAt: minutes(-5), own: false })).toBe(false)
    expect(due({ startsAt: minutes(-5), status: 'held', held: 5 })).toBe(false)
  })
})

describe('what a seat costs', () => {
  it.each([
    [
      'while it is held, the amount that is due',
      { due: { amountPaise: 42_415, seats: 1 } },
      '₹424.15 to pay',
    ],
    [
      'of several, that of all',
      { due: { amountPaise: 84_830, seats: 2 } },
      '₹848.30 to pay for 2 seats together',
    ],
    ['while it is offered, its price: a coupon may still be used', {}, '₹499 before any discount'],
    ['to a guest, nothing', { bought: false, own: false }, undefined],
  ])('%s', (_, given, words) => {
    expect(paidWords(booked({ status: 'held', held: 5, ...given }), now)).toBe(words)
  })

  it('is not said any more of a seat that was not paid in time', () => {
    const late = booked({ status: 'held', held: -1, due: { amountPaise: 42_415, seats: 1 } })
    expect(paidWords(late, now)).toBeUndefined()
  })
})
