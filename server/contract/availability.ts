/** When a mentor teaches: weekly hours in their own time zone, and days that differ. */
import { z } from 'zod'
import { id, instant, timeZone } from './base.ts'
import { route } from './route.ts'
import { dayOf, localDay, momentOf, weekdayOf } from './time-zone.ts'

const minuteRange = {
  /** Minutes after midnight; 1440 is the end of the day. */
  fromMinute: z.number().int().min(0).max(1439),
  toMinute: z.number().int().min(1).max(1440),
}
const order = { message: 'The end must be after the start.', path: ['toMinute'] }

interface Range {
  fromMinute: number
  toMinute: number
}

const apart = (ranges: readonly Range[]) => {
  const sorted = ranges.toSorted((a, b) => a.fromMinute - b.fromMinute)
  return sorted.every((one, i) => i === 0 || sorted[i - 1]!.toMinute <= one.fromMinute)
}

const range = z.strictObject(minuteRange).refine((one) => one.fromMinute < one.toMinute, order)
const ranges = z.array(range).max(8).refine(apart, 'These times overlap.')

export const weeklyHours = z
  .strictObject({
    /** 1 is Monday, 7 Sunday. */
    weekday: z.number().int().min(1).max(7),
    ...minuteRange,
  })
  .refine((one) => one.fromMinute < one.toMinute, order)
export type WeeklyHours = z.infer<typeof weeklyHours>

export const availability = z
  .strictObject({
    timeZone,
    /** Without any, every time is a time to teach. */
    hours: z
      .array(weeklyHours)
      .max(56)
      .refine(
        (all) => [1, 2, 3, 4, 5, 6, 7].every((day) => apart(all.filter(({ weekday }) => weekday === day))),
        'Times of a day overlap.',
      ),
    /** Instead of the weekly hours of that day; no ranges: not at all. */
    exceptions: z
      .array(z.strictObject({ day: localDay, ranges }))
      .max(100)
      .refine((all) => new Set(all.map(({ day }) => day)).size === all.length, 'Each day once.'),
  })
  .meta({ id: 'Availability' })
export type Availability = z.infer<typeof availability>

const slot = z.strictObject({ from: instant, to: instant })
export type Slot = z.infer<typeof slot>

interface Window {
  from: number
  to: number
}

/** The mentor's hours on so many days from the one of this moment on, joined where they touch. */
export function windowsOf(
  { timeZone: zone, hours, exceptions }: Availability,
  at: number,
  days: number,
): Window[] {
  const first = dayOf(at, zone)
  const found = Array.from({ length: days }, (_, i) => first.add({ days: i })).flatMap((day) => {
    const other = exceptions.find((one) => one.day === day.toString())
    const ranges: readonly Range[] = other?.ranges ?? hours.filter((one) => one.weekday === weekdayOf(day))
    return ranges.map((one) => ({
      from: momentOf(day, one.fromMinute, zone),
      to: momentOf(day, one.toMinute, zone),
    }))
  })
  const joined: Window[] = []
  for (const { from, to } of found.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (from >= to) continue
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else joined.push({ from, to })
  }
  return joined
}

const dayMs = 24 * 3_600_000

/** Does all of it lie within the hours? */
export function isWithin(of: Availability, startsAt: number, durationMinutes: number): boolean {
  if (of.hours.length === 0 && of.exceptions.length === 0) return true
  const everyDay = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: 0, toMinute: 1440 }))
  const hours = of.hours.length > 0 ? of.hours : everyDay
  return windowsOf({ ...of, hours }, startsAt - dayMs, 4).some(
    ({ from, to }) => from <= startsAt && startsAt + durationMinutes * 60_000 <= to,
  )
}

/** What of these windows is left beside these. */
export function without(windows: readonly Window[], busy: readonly Window[]): Window[] {
  return busy.reduce<Window[]>(
    (left, { from, to }) =>
      left.flatMap((one) =>
        to <= one.from || from >= one.to
          ? [one]
          : [
              { from: one.from, to: Math.min(from, one.to) },
              { from: Math.max(to, one.from), to: one.to },
            ].filter((part) => part.from < part.to),
      ),
    [...windows],
  )
}

export const availabilityRoutes = {
  mine: route({
    method: 'get',
    path: '/api/availability',
    access: 'mentor',
    limit: 'sessions',
    summary: 'My teaching hours and the days that differ from them',
    response: availability,
  }),
  set: route({
    method: 'put',
    path: '/api/availability',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Set all of my teaching hours, and my time zone',
    body: availability,
    response: availability,
  }),
  free: route({
    method: 'get',
    path: '/api/mentors/:id/availability',
    access: 'anyone',
    limit: 'sessions',
    summary: 'When a mentor teaches and is free in the next days; nothing for one who set no hours',
    params: z.strictObject({ id }),
    query: z.strictObject({ days: z.coerce.number().int().min(1).max(28).default(14) }),
    response: z.strictObject({ timeZone, items: z.array(slot) }),
  }),
}
