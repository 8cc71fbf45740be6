import type { CancelTerms, NamedSeat } from '@peerlearn/contract/cancel-terms'
import { describe, expect, it } from 'vitest'
import { afterCancel, questionOf, termsWords } from './cancel-words.ts'
import { seatsWords } from './going-words.ts'

const seat = (given: Partial<NamedSeat> = {}): NamedSeat => ({
  bookingId: 'b',
  own: false,
  name: null,
  guestEmail: null,
  ...given,
})
const mine = seat({ own: true, name: 'Asha' })
const invited = seat({ guestEmail: 'd@example.com' })
const chitra = seat({ name: 'Chitra', guestEmail: 'c@example.com' })

const terms = (given: Partial<CancelTerms> = {}): CancelTerms => ({
  held: false,
  goes: [mine],
  stays: [],
  returnsTo: null,
  basisPoints: 10_000,
  paidPaise: 10_000,
  refundPaise: 10_000,
  creditBack: false,
  movable: true,
  refund: { fullHours: 24, halfHours: 2 },
  ...given,
})

describe('before a seat is given back, one reads', () => {
  it('that one’s own goes alone, and whose stay', () => {
    const words = seatsWords(terms({ stays: [chitra, invited] }))
    expect(words).toBe('Your own seat goes. The seats of Chitra and d@example.com stay as they are.')
    expect(questionOf(terms()).title).toBe('Give your seat back?')
  })
  it('which guest’s seat goes, and what they are told', () => {
    const taken = terms({ goes: [chitra], stays: [mine] })
    expect(questionOf(taken).title).toBe('Give back the seat of Chitra?')
    expect(seatsWords(taken)).toBe(
      'Only this seat goes. Your seat stays as it is. Chitra is told that you gave it back.',
    )
    expect(seatsWords(terms({ goes: [invited], stays: [mine, chitra] }))).toBe(
      'Only this seat goes. Your seat and that of Chitra stay as they are. The link that was mailed to d@example.com ends; nothing else is written to them.',
    )
  })
  it('that held seats go together, and that a payment that still arrives comes back', () => {
    const held = terms({ held: true, goes: [mine, invited], paidPaise: 0, refundPaise: 0 })
    expect(questionOf(held)).toMatchObject({ title: 'Let your 2 held seats go?', action: 'Let them go' })
    expect(seatsWords(held)).toContain('so they go together: your seat and that of d@example.com.')
    expect(termsWords(held)).toContain('all of it comes back')
    expect(afterCancel(held)).toBe('The seats are free again.')
  })
  it('what was given back before, when less is left of the payment', () => {
    const words = termsWords(terms({ paidPaise: 39_920, refundPaise: 29_920 }))
    expect(words).toContain('₹100 of it was given back before. The rest goes back')
    expect(termsWords(terms({ refundPaise: 0 }))).toContain('was given back before')
  })
  it('that a guest’s paid seat goes back to who bought it', () => {
    const given = terms({ returnsTo: 'Ravi', paidPaise: 0, refundPaise: 0 })
    expect(seatsWords(given)).toContain('goes back to Ravi, who bought it')
    expect(termsWords(given)).toContain('no money comes back to you')
    expect(afterCancel(given)).toBe('Ravi has the seat again.')
  })
})
