/** Which session of the demo is when, and who sits in it. Pure, and the same for the same moment. */
import { dayOf, momentOf } from '@peerlearn/contract/time-zone'
import { courses, type DemoCourse } from './courses.ts'

export interface DemoSession extends DemoCourse {
  mentor: string
  startsAt: Date
  /** Names of learners with a seat, the first in seat 1; in a priced one only those who can't sign in: nobody paid. */
  seated: string[]
  past: boolean
}

export const dayMs = 24 * 60 * 60_000

/** Where the demo's mentors live. */
export const zone = 'Asia/Kolkata'

/** A minute of their day, so many days from today, as an instant. */
export const momentIn = (now: Date, days: number, minute: number): string =>
  new Date(momentOf(dayOf(now.getTime(), zone).add({ days }), minute, zone)).toISOString()

/** When classes begin there, in minutes after midnight; they are over by eight. */
const hours = [17 * 60, 18 * 60 + 30, 17 * 60 + 30, 18 * 60]

/** Every course twice in the coming four weeks, and once in the three weeks before with feedback. */
export function timetable(now: Date, guests: string[], others: string[]): DemoSession[] {
  const found: DemoSession[] = []
  Object.entries(courses).forEach(([mentor, taught], m) => {
    taught.forEach((course, c) => {
      const learners = course.price > 0 ? others : [...guests, ...others]
      const at = (days: number) => new Date(momentIn(now, days, hours[(m + c) % hours.length]!))
      const n = m * 3 + c
      const nearlyFull = n % 4 === 1
      for (const [days, share] of [
        [-1 - ((n * 5) % 20), 0.7],
        [1 + ((n * 3) % 12), nearlyFull ? 1 : 0.4],
        [13 + ((n * 7) % 15), 0.15],
      ] as const) {
        const people = Math.min(Math.floor(course.capacity * share), learners.length)
        // Nearly full leaves one seat, if there are people enough to fill the others.
        const count = nearlyFull && share === 1 ? Math.min(course.capacity - 1, learners.length) : people
        found.push({
          ...course,
          mentor,
          startsAt: at(days),
          seated: rotated(learners, n, count),
          past: days < 0,
        })
      }
    })
  })
  return found
}

/** `count` of them, from another one on each time. */
const rotated = (all: string[], from: number, count: number) =>
  Array.from({ length: count }, (_, i) => all[(from * 3 + i) % all.length]!)
