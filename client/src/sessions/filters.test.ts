import { describe, expect, it } from 'vitest'
import { isFiltered, noFilters, parseFilters, rangeOf, toQuery, toSearch } from './filters.ts'

const parse = (search: string) => parseFilters(new URLSearchParams(search))
/** A Wednesday, and the weekend after it, in the zone of whoever runs this. */
const wednesday = new Date(2026, 10, 25, 15, 30)
const saturday = new Date(2026, 10, 28, 10)
const sunday = new Date(2026, 10, 29, 10)
const endOf = (day: number) => new Date(2026, 10, day, 23, 59, 59, 999)

describe('filters in the address', () => {
  it('come back as they were written', () => {
    const filters = {
      ...noFilters,
      q: 'tax & law',
      skill: 'accounting',
      when: 'dates' as const,
      from: '2026-11-24',
      upTo: 0,
      seats: 3,
    }
    expect(parse(toSearch(filters))).toEqual(filters)
  })
  it('leave the address clean when nothing is chosen', () => {
    expect(toSearch(noFilters)).toBe('')
    expect(isFiltered(noFilters)).toBe(false)
    expect(isFiltered(parse('upTo=0'))).toBe(true)
  })
  it('survive an address that makes no sense', () => {
    expect(parse('when=never&from=24-11&to=2026-99-99&upTo=-1&seats=0&seats=x&other=1')).toEqual(noFilters)
    expect(parse(`q=${'x'.repeat(500)}`).q).toHaveLength(80)
  })
  it('forget the dates when another time is chosen', () => {
    expect(toSearch({ ...noFilters, when: 'today', from: '2026-11-24' })).toBe('when=today')
  })
})

describe('the days meant', () => {
  it('today lasts until midnight', () => {
    expect(rangeOf({ ...noFilters, when: 'today' }, wednesday)).toEqual({ to: endOf(25) })
  })
  it('this week lasts until Sunday night', () => {
    expect(rangeOf({ ...noFilters, when: 'week' }, wednesday)).toEqual({ to: endOf(29) })
    expect(rangeOf({ ...noFilters, when: 'week' }, sunday)).toEqual({ to: endOf(29) })
  })
  it('the weekend is the coming one, and on a weekend the present one', () => {
    const weekend = { ...noFilters, when: 'weekend' as const }
    const whole = { from: new Date(2026, 10, 28), to: endOf(29) }
    expect(rangeOf(weekend, wednesday)).toEqual(whole)
    expect(rangeOf(weekend, saturday)).toEqual(whole)
    expect(rangeOf(weekend, sunday)).toEqual({ from: new Date(2026, 10, 29), to: endOf(29) })
  })
  it('own dates include their last day, and may be open at either end', () => {
    const dates = { ...noFilters, when: 'dates' as const }
    expect(rangeOf({ ...dates, from: '2026-11-24', to: '2026-11-25' }, wednesday)).toEqual({
      from: new Date(2026, 10, 24),
      to: endOf(25),
    })
    expect(rangeOf({ ...dates, to: '2026-11-25' }, wednesday)).toEqual({ to: endOf(25) })
  })
})

describe('the question to the server', () => {
  it('names prices in paise and leaves out what was not chosen', () => {
    expect(toQuery(noFilters, wednesday.getTime())).toEqual({})
    expect(toQuery(parse('upTo=500&seats=2&q=tax'), wednesday.getTime())).toEqual({
      maxPricePaise: 50000,
      seatsLeft: 2,
      q: 'tax',
    })
    expect(toQuery(parse('upTo=0'), wednesday.getTime())).toEqual({ maxPricePaise: 0 })
  })
})
