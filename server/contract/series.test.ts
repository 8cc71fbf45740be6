import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithin, windowsOf, without, type Availability } from './availability.ts'
import { longestSeries, occurrencesOf, seriesRule, type SeriesRule } from './series.ts'
import { dayOf, momentOf } from './time-zone.ts'

const rule = (wish: Partial<SeriesRule>): SeriesRule => ({
  from: '2026-03-01',
  time: '18:00',
  weekdays: [1, 4],
  everyWeeks: 1,
  ...wish,
})
const starts = (wish: Partial<SeriesRule>, zone: string) =>
  occurrencesOf(rule(wish), zone).map((one) => one.startsAt)

describe('a series stays at its hour on the wall', () => {
  test('when clocks go forward and back in Berlin', () => {
    expect(starts({ from: '2026-03-26', count: 3 }, 'Europe/Berlin')).toEqual([
      '2026-03-26T17:00:00.000Z',
      '2026-03-30T16:00:00.000Z',
      '2026-04-02T16:00:00.000Z',
    ])
    expect(starts({ from: '2026-10-22', until: '2026-10-26' }, 'Europe/Berlin')).toEqual([
      '2026-10-22T16:00:00.000Z',
      '2026-10-26T17:00:00.000Z',
    ])
  })
  test('and in New York, on other days', () => {
    expect(starts({ from: '2026-03-05', count: 2 }, 'America/New_York')).toEqual([
      '2026-03-05T23:00:00.000Z',
      '2026-03-09T22:00:00.000Z',
    ])
    expect(starts({ from: '2026-10-29', count: 2 }, 'America/New_York')).toEqual([
      '2026-10-29T22:00:00.000Z',
      '2026-11-02T23:00:00.000Z',
    ])
  })
  test('an hour that is skipped comes an hour later; of one that comes twice it is the first', () => {
    const sunday = { weekdays: [7], count: 1, time: '02:30' }
    expect(starts({ ...sunday, from: '2026-03-29' }, 'Europe/Berlin')).toEqual(['2026-03-29T01:30:00.000Z'])
    expect(starts({ ...sunday, from: '2026-10-25' }, 'Europe/Berlin')).toEqual(['2026-10-25T00:30:00.000Z'])
    expect(starts({ ...sunday, from: '2026-03-08' }, 'America/New_York')).toEqual([
      '2026-03-08T07:30:00.000Z',
    ])
  })
})

describe('a rule', () => {
  test('may be daily, or every other week, and ends when it says', () => {
    expect(occurrencesOf(rule({ weekdays: [1, 2, 3, 4, 5, 6, 7], count: 10 }), 'UTC').at(-1)?.day).toBe(
      '2026-03-10',
    )
    const days = occurrencesOf(rule({ weekdays: [2], everyWeeks: 2, until: '2026-03-31' }), 'UTC').map(
      (one) => one.day,
    )
    expect(days).toEqual(['2026-03-10', '2026-03-24'])
  })
  test('says how many or until when, not both', () => {
    expect(seriesRule.safeParse(rule({ count: 3 })).success).toBe(true)
    expect(seriesRule.safeParse(rule({})).success).toBe(false)
    expect(seriesRule.safeParse(rule({ count: 3, until: '2026-04-01' })).success).toBe(false)
    expect(seriesRule.safeParse(rule({ count: longestSeries + 1 })).success).toBe(false)
  })
  test('names each day once, in order, on its weekdays', () => {
    const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'UTC')
    fc.assert(
      fc.property(
        weekdays,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 2 }),
        zones,
        (on, count, every, zone) => {
          const found = occurrencesOf(rule({ weekdays: on, count, everyWeeks: every }), zone)
          const times = found.map((one) => Date.parse(one.startsAt))
          expect(found).toHaveLength(Math.min(count, found.length))
          expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
          for (const { day, startsAt } of found)
            expect(dayOf(Date.parse(startsAt), zone).toString()).toBe(day)
        },
      ),
    )
  })
})

describe('teaching hours', () => {
  const of = (zone: string, wish: Partial<Availability> = {}): Availability => ({
    timeZone: zone,
    hours: [{ weekday: 7, fromMinute: 60, toMinute: 5 * 60 }],
    exceptions: [],
    ...wish,
  })
  test('are an hour shorter on the day that clocks go forward, and longer when they go back', () => {
    const length = (day: string, zone: string) =>
      windowsOf(of(zone), momentOf(day, 0, zone), 1).map(({ from, to }) => (to - from) / 3_600_000)
    expect(length('2026-03-22', 'Europe/Berlin')).toEqual([4])
    expect(length('2026-03-29', 'Europe/Berlin')).toEqual([3])
    expect(length('2026-10-25', 'Europe/Berlin')).toEqual([5])
    expect(length('2026-03-08', 'America/New_York')).toEqual([3])
    expect(length('2026-11-01', 'America/New_York')).toEqual([5])
  })
  test('may go over midnight, and a day may differ', () => {
    const night = of('Asia/Kolkata', {
      hours: [
        { weekday: 1, fromMinute: 22 * 60, toMinute: 1440 },
        { weekday: 2, fromMinute: 0, toMinute: 60 },
      ],
      exceptions: [{ day: '2026-12-14', ranges: [] }],
    })
    const monday = (day: string) => momentOf(day, 23 * 60, 'Asia/Kolkata')
    expect(isWithin(night, monday('2026-12-07'), 120)).toBe(true)
    expect(isWithin(night, monday('2026-12-07'), 121)).toBe(false)
    expect(isWithin(night, monday('2026-12-14'), 60)).toBe(false)
    expect(isWithin(of('UTC', { hours: [] }), monday('2026-12-14'), 60)).toBe(true)
  })
  test('less what is taken leaves what is free', () => {
    expect(
      without(
        [{ from: 0, to: 10 }],
        [
          { from: 2, to: 3 },
          { from: 8, to: 12 },
        ],
      ),
    ).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 8 },
    ])
  })
})
