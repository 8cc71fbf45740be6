/** Local days and times in a time zone, over changes of daylight saving time. */
import {
  CalendarDateTime,
  parseDate,
  toCalendarDate,
  toZoned,
  type CalendarDate,
} from '@internationalized/date'
import { z } from 'zod'

/** A day of the calendar, as YYYY-MM-DD. */
export const localDay = z.iso.date().refine((day) => day.startsWith('20'), 'This day is out of range.')

const minutesOfDay = 24 * 60

/**
 * The moment of a local time, in milliseconds. One that the clocks skip is as much later as they skip; of one that comes
 * twice it is the first.
 */
export function momentOf(day: string | CalendarDate, minute: number, zone: string): number {
  const date = (typeof day === 'string' ? parseDate(day) : day).add({
    days: Math.floor(minute / minutesOfDay),
  })
  const left = minute % minutesOfDay
  const local = new CalendarDateTime(date.year, date.month, date.day, Math.floor(left / 60), left % 60)
  return toZoned(local, zone, 'compatible').toDate().getTime()
}

/** The day that a moment falls on there. */
export const dayOf = (at: number, zone: string): CalendarDate => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)
  return toCalendarDate(parseDate(parts))
}

/** 1 is Monday, 7 Sunday (ISO 8601). */
export const weekdayOf = (day: CalendarDate): number =>
  ((new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay() + 6) % 7) + 1
