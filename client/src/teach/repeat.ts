/** The part of a session's form that makes a series of it. */
import { longestSeries, seriesRule, type SeriesRule } from '@peerlearn/contract/series'

export interface Repeat {
  on: boolean
  /** 1 is Monday, 7 Sunday. */
  weekdays: number[]
  everyWeeks: string
  ends: 'count' | 'until'
  count: string
  /** As a date field writes it. */
  until: string
}

/** 1 is Monday, 7 Sunday. */
export const weekdayOf = (starts: Date): number => ((starts.getDay() + 6) % 7) + 1

/** Weekly on the day that it starts, eight times. */
export const newRepeat = (starts: Date): Repeat => ({
  on: false,
  weekdays: [weekdayOf(starts)],
  everyWeeks: '1',
  ends: 'count',
  count: '8',
  until: '',
})

/** `startsAt` as a datetime-local field writes it: the series begins on its day, at its time. */
export function ruleOf({ weekdays, everyWeeks, ends, count, until }: Repeat, startsAt: string): SeriesRule {
  const when = { from: startsAt.slice(0, 10), time: startsAt.slice(11, 16) }
  const sorted = weekdays.toSorted((a, b) => a - b)
  const end = ends === 'count' ? { count: Number(count) } : { until }
  return { ...when, weekdays: sorted, everyWeeks: Number(everyWeeks), ...end }
}

/** What is wrong with it, in words; the start has words of its own. */
export function faultOf(repeat: Repeat, startsAt: string): string | false {
  if (repeat.weekdays.length === 0) return 'Choose a day of the week.'
  if (repeat.ends === 'until' && repeat.until < startsAt.slice(0, 10))
    return 'Choose a last day after the first.'
  const parsed = seriesRule.safeParse(ruleOf(repeat, startsAt))
  return !parsed.success && startsAt !== '' && `A series has from 1 to ${longestSeries} dates.`
}

/** The local day and time of an instant in a zone: 2026-11-24, 18:00. */
export function localOf(at: string, timeZone: string): { day: string; time: string } {
  const two = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', ...two, hourCycle: 'h23' })
  const parts = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]))
  return { day: `${parts.year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` }
}
