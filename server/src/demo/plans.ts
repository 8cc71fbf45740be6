/** What the mentor has planned and offers, and who waits for what. */
import { sessionInput } from '@peerlearn/contract/sessions'
import { dayOf, weekdayOf } from '@peerlearn/contract/time-zone'
import { setAvailability } from '../availability/availability.ts'
import { makeCoupon } from '../bookings/coupons.ts'
import { offerPack } from '../bookings/packs.ts'
import { joinWaitlist } from '../bookings/waitlist.ts'
import type { Who } from '../http.ts'
import { apply } from '../people/applications.ts'
import { createSeries } from '../sessions/series.ts'
import { createSession } from '../sessions/sessions.ts'
import { circle, weekly, type DemoCourse } from './courses.ts'
import type { Desk, Find } from './desk.ts'
import { applicant, demoLearners, demoMentor, learners } from './people.ts'
import { momentIn, zone } from './timetable.ts'

/** After the timetable's classes of the day, so that nobody is in two at once. */
export const late = 20 * 60

export interface Plans {
  /** The first session of the series. */
  seriesSessionId: string
  packOfferId: string
  couponCode: string
}

export async function makePlans(desk: Desk, find: Find, now: Date): Promise<Plans> {
  const mentor = find(demoMentor.name)
  await setAvailability(desk.db, mentor.userId, { timeZone: zone, hours, exceptions: [] })
  await fillCircle(desk, find, now)
  await apply(desk, find(applicant.name), applicant.about)
  return {
    seriesSessionId: await startSeries(desk, mentor, now),
    packOfferId: (await offerPack(desk.db, mentor, fiveClasses)).id,
    couponCode: (await makeCoupon(desk.db, mentor, { ...welcome, validUntil: momentIn(now, 60, late) })).code,
  }
}

/** Evenings of all days, and the mornings of weekends. */
const hours = [
  ...[1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: 17 * 60, toMinute: 21 * 60 + 30 })),
  ...[6, 7].map((weekday) => ({ weekday, fromMinute: 10 * 60, toMinute: 13 * 60 })),
]

const fiveClasses = { title: 'Five classes of your choice', credits: 5, pricePaise: 199_900, validDays: 180 }
const welcome = { code: 'WELCOME20', percent: 20, amountPaise: null, sessionId: null, maxUses: 100 }

/** What a mentor would have typed to publish it. */
export const inputOf = (
  { title, description, skills, minutes, capacity, price }: DemoCourse,
  startsAt: string,
) =>
  sessionInput.parse({
    title,
    description,
    skills,
    durationMinutes: minutes,
    capacity,
    pricePaise: price,
    startsAt,
  })

/** Everybody of a small class has a seat, and two would like one. */
async function fillCircle(desk: Desk, find: Find, now: Date): Promise<void> {
  const { id: sessionId } = await createSession(
    desk,
    find(demoMentor.name),
    inputOf(circle, momentIn(now, 5, late)),
  )
  for (const name of learners.slice(0, circle.capacity)) await desk.book(sessionId, find(name))
  for (const name of [demoLearners[2]!, learners[circle.capacity]!])
    await joinWaitlist(desk, { sessionId, who: find(name) })
}

/** Once a week, four times. @returns the first one */
async function startSeries(desk: Desk, mentor: Who, now: Date): Promise<string> {
  const from = dayOf(now.getTime(), zone).add({ days: 3 })
  const { startsAt: _, ...session } = inputOf(weekly, now.toISOString())
  const rule = { from: from.toString(), time: '20:00', weekdays: [weekdayOf(from)], everyWeeks: 1, count: 4 }
  const { dates } = await createSeries(desk.db, mentor, {
    rule,
    timeZone: zone,
    session,
    outsideHours: false,
  })
  return dates[0]?.sessionId ?? ''
}
