import { describe, expect, it } from 'vitest'
import { money, paiseOf, price, rupeesOf } from './money.ts'
import { away, countdown, day, instantOf, length, localValue, momentInside, span } from './time.ts'

const now = new Date(2026, 10, 24, 12, 0).getTime()
const local = (...given: [number, number, number, number?, number?]) => new Date(...given).toISOString()

describe('money', () => {
  it('is said in rupees', () => {
    expect([money(49900), money(49950), money(12_500_000), price(0)]).toEqual([
      '₹499',
      '₹499.50',
      '₹1,25,000',
      'Free',
    ])
  })
  it('stands in a field with all of its paise', () => {
    expect([rupeesOf(74850), rupeesOf(49900), rupeesOf(5)]).toEqual(['748.50', '499', '0.05'])
  })
  it('is read as it is typed', () => {
    expect([paiseOf('499'), paiseOf(' 499.5 '), paiseOf('0.05'), paiseOf('0')]).toEqual([49900, 49950, 5, 0])
    for (const typed of ['', '-1', '1e3', '4,99', '1.005', 'free']) expect(paiseOf(typed)).toBeUndefined()
  })
})

describe('times', () => {
  it('name the day as people do', () => {
    expect(day(local(2026, 10, 24, 23), now)).toBe('Today')
    expect(day(local(2026, 10, 25, 0), now)).toBe('Tomorrow')
    expect(day(local(2026, 10, 27), now)).toBe('Fri 27 Nov')
    expect(day(local(2027, 0, 1), now)).toBe('Fri 1 Jan 2027')
  })
  it('are small inside a sentence', () => {
    expect(momentInside(local(2026, 10, 25, 18), now)).toBe('tomorrow, 18:00')
    expect(momentInside(local(2026, 10, 27, 18), now)).toBe('Fri 27 Nov, 18:00')
  })
  it('show the span of a session', () => {
    expect(span(local(2026, 10, 27, 18), 60, now)).toBe('Fri 27 Nov, 18:00–19:00')
  })
  it('say how far away something is', () => {
    const at = (minutes: number) => away(now + minutes * 60_000, now)
    expect([at(12), at(1), at(0), at(-5), at(180), at(60 * 72)]).toEqual([
      'in 12 minutes',
      'in 1 minute',
      'now',
      '5 minutes ago',
      'in 3 hours',
      'in 3 days',
    ])
  })
  it('count down to zero and not below', () => {
    expect(countdown(new Date(now + 545_000).toISOString(), now)).toBe('9:05')
    expect(countdown(new Date(now - 1000).toISOString(), now)).toBe('0:00')
  })
  it('say lengths', () => {
    expect([length(45), length(60), length(90)]).toEqual(['45 min', '1 h', '1 h 30 min'])
  })
  it('go through a local time field unchanged', () => {
    const instant = local(2026, 10, 24, 18, 5)
    expect(localValue(instant)).toBe('2026-11-24T18:05')
    expect(instantOf('2026-11-24T18:05')).toBe(instant)
    expect(instantOf('')).toBeUndefined()
  })
})
