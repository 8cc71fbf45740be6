/** Teaching hours as their form holds them: times as fields write them, days of the week from Monday on. */
import type { Availability } from '@peerlearn/contract/availability'

export interface Times {
  from: string
  to: string
}

export interface HoursDraft {
  timeZone: string
  /** Monday to Sunday. */
  week: Times[][]
  /** Days that differ; without times: not at all. */
  days: { day: string; times: Times[] }[]
}

/** Of ISO weekdays 1 … 7. */
export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const two = (n: number) => String(n).padStart(2, '0')
const timeOf = (minute: number) => `${two(Math.floor((minute % 1440) / 60))}:${two(minute % 60)}`
const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

const toTimes = (range: { fromMinute: number; toMinute: number }): Times => ({
  from: timeOf(range.fromMinute),
  to: timeOf(range.toMinute),
})
/** Midnight at the end is the end of the day. */
const toRange = ({ from, to }: Times) => ({
  fromMinute: minuteOf(from),
  toMinute: to === '00:00' ? 1440 : minuteOf(to),
})

export const draftOf = ({ timeZone, hours, exceptions }: Availability): HoursDraft => ({
  timeZone,
  week: [1, 2, 3, 4, 5, 6, 7].map((day) => hours.filter(({ weekday }) => weekday === day).map(toTimes)),
  days: exceptions.map(({ day, ranges }) => ({ day, times: ranges.map(toTimes) })),
})

export const availabilityOf = ({ timeZone, week, days }: HoursDraft): Availability => ({
  timeZone,
  hours: week.flatMap((times, i) => times.map((one) => ({ weekday: i + 1, ...toRange(one) }))),
  exceptions: days
    .filter(({ day }) => day !== '')
    .map(({ day, times }) => ({ day, ranges: times.map(toRange) })),
})

/** What is wrong with the times of one day, in words. */
export function faultOf(times: readonly Times[]): string | undefined {
  const ranges = times.map(toRange).toSorted((a, b) => a.fromMinute - b.fromMinute)
  if (times.some(({ from, to }) => !from || !to)) return 'Choose a time for each end.'
  if (ranges.some(({ fromMinute, toMinute }) => fromMinute >= toMinute))
    return 'The end must be after the start.'
  if (ranges.some(({ fromMinute }, i) => i > 0 && ranges[i - 1]!.toMinute > fromMinute))
    return 'These times overlap.'
  return undefined
}
