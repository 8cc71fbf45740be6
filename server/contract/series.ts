/** A series: sessions that repeat on days of the week at a local time, each with its own seats and learners. */
import { parseDate } from '@internationalized/date'
import { z } from 'zod'
import { id, instant, timeZone } from './base.ts'
import { route } from './route.ts'
import { session, sessionInput, sessionStatus } from './sessions.ts'
import { localDay, momentOf, weekdayOf } from './time-zone.ts'

/** Sessions in one series. */
export const longestSeries = 60

const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Choose a time.')

export const seriesRule = z
  .strictObject({
    /** The first day that it may fall on. */
    from: localDay,
    /** On the clock of its time zone, whether summer or winter: HH:MM. */
    time: localTime,
    /** 1 is Monday, 7 Sunday; all seven: daily. */
    weekdays: z
      .array(z.number().int().min(1).max(7))
      .min(1, 'Choose a day of the week.')
      .max(7)
      .refine((days) => new Set(days).size === days.length, 'Each day once.'),
    /** Every so many weeks. */
    everyWeeks: z.number().int().min(1).max(8).default(1),
    /** How many there are, or the last day that it may fall on: one of the two. */
    count: z.number().int().min(1).max(longestSeries).optional(),
    until: localDay.optional(),
  })
  .refine(({ count, until }) => (count === undefined) !== (until === undefined), {
    message: 'Say how many there are, or the last day.',
    path: ['count'],
  })
  .meta({ id: 'SeriesRule' })
export type SeriesRule = z.infer<typeof seriesRule>

const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** When a local day's session begins, as an instant. */
export const startOn = (day: string, time: string, zone: string): string =>
  new Date(momentOf(day, minuteOf(time), zone)).toISOString()

/** The rule's days and starts, in order: `longestSeries` at most, none beyond two years. */
export function occurrencesOf(rule: SeriesRule, zone: string): { day: string; startsAt: string }[] {
  const first = parseDate(rule.from)
  const monday = first.subtract({ days: weekdayOf(first) - 1 })
  const most = Math.min(rule.count ?? longestSeries + 1, longestSeries + 1)
  const found: { day: string; startsAt: string }[] = []
  for (let week = 0; week < 105 && found.length < most; week += rule.everyWeeks)
    for (const weekday of rule.weekdays.toSorted((a, b) => a - b)) {
      const day = monday.add({ days: week * 7 + weekday - 1 })
      const name = day.toString()
      if (day.compare(first) < 0 || (rule.until && name > rule.until) || found.length >= most) continue
      found.push({ day: name, startsAt: startOn(name, rule.time, zone) })
    }
  return found
}

/** A session of the series, as a list of dates shows it. */
export const seriesDate = z.strictObject({
  sessionId: id,
  startsAt: instant,
  durationMinutes: z.number().int(),
  status: sessionStatus,
  seatsLeft: z.number().int(),
})
export type SeriesDate = z.infer<typeof seriesDate>

export const series = z
  .strictObject({ id, mentorId: id, rule: seriesRule, timeZone, dates: z.array(seriesDate) })
  .meta({ id: 'Series' })
export type Series = z.infer<typeof series>

/** One date of a series that is not published yet, and what stands in its way. */
export const plannedDate = z.strictObject({
  startsAt: instant,
  /** The title of what I teach or learn at that time. */
  conflict: z.string().nullable(),
  past: z.boolean(),
  outsideHours: z.boolean(),
})
export type PlannedDate = z.infer<typeof plannedDate>

const when = { rule: seriesRule, timeZone }
const one = z.strictObject({ id })

export const seriesRoutes = {
  preview: route({
    method: 'post',
    path: '/api/series/preview',
    access: 'mentor',
    limit: 'sessions',
    summary: 'The dates that a series would have, with what stands in the way of each; nothing is published',
    body: z.strictObject({ ...when, durationMinutes: sessionInput.shape.durationMinutes }),
    response: z.strictObject({ items: z.array(plannedDate) }),
  }),
  create: route({
    method: 'post',
    path: '/api/series',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Publish a session for each date of a series: all of them, or none',
    body: z.strictObject({
      ...when,
      session: sessionInput.omit({ startsAt: true }),
      /** Some dates lie outside my own hours, and may. */
      outsideHours: z.boolean().default(false),
    }),
    response: series,
    status: 201,
  }),
  get: route({
    method: 'get',
    path: '/api/series/:id',
    access: 'anyone',
    limit: 'sessions',
    summary: 'A series with all of its dates',
    params: one,
    response: series,
  }),
  change: route({
    method: 'put',
    path: '/api/series/:id',
    access: 'mentor',
    limit: 'sessions',
    summary:
      'Change a session of my series and all that follow it and have not started: all of them, or none',
    params: one,
    body: z.strictObject({
      fromSessionId: id,
      /** On the clock of the series' time zone. */
      time: localTime.optional(),
      change: sessionInput.omit({ startsAt: true }).partial().extend({
        staged: z.boolean().optional(),
        bookingClosesMinutes: sessionInput.shape.bookingClosesMinutes.unwrap().optional(),
        minLearners: sessionInput.shape.minLearners.unwrap().optional(),
        refund: session.shape.refund.optional(),
      }),
    }),
    response: series,
  }),
  cancel: route({
    method: 'post',
    path: '/api/series/:id/cancel',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Cancel a session of my series and all that follow it; what was paid goes back',
    params: one,
    body: z.strictObject({ fromSessionId: id }),
    response: series,
  }),
}
