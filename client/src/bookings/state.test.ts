import { describe, expect, it } from 'vitest'
import type { BookedSession } from '@peerlearn/contract/bookings'
import { isComing, stateOf } from './state.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const minutes = (n: number) => new Date(now + n * 60_000).toISOString()

type Given = Partial<Omit<BookedSession, 'booking'>> & {
  status?: BookedSession['booking']['status']
  held?: number
}

function booked({ status = 'confirmed', held, ...given }: Given): BookedSession {
  return {
    booking: {
      id: 'b',
      sessionId: 's',
      status,
      pricePaise: 49900,
      heldUntil: held === undefined ? null : minutes(held),
      createdAt: minutes(-60),
    },
    title: 't',
    mentorName: 'm',
    startsAt: minutes(60),
    durationMinutes: 60,
    sessionStatus: 'scheduled',
    gaveFeedback: false,
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
    expect(shown({ status: 'held', held: 5 })).toEqual(['To be paid', 'Pay', true])
    expect(shown({ sessionStatus: 'live', startsAt: minutes(-5) })).toEqual(['Live now', 'Join', true])
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
  it('stays to come while a late class may still begin', () => {
    expect(shown({ startsAt: minutes(-30) })).toEqual(['Booked', 'Get ready', true])
  })
})
