/** When a mentor teaches, as others see it, and as publishing asks about it. */
import { availabilityRoutes as routes, type Availability } from '@peerlearn/contract/availability'
import { momentOf, dayOf } from '@peerlearn/contract/time-zone'
import { seriesRoutes } from '@peerlearn/contract/series'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import { newBooking, newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

const zone = 'Europe/Berlin'
let server: TestServer
let mentor: Person

beforeAll(async () => {
  server = await startServer()
  mentor = await server.person({ roles: ['mentor'] })
})

/** In a week, at this minute of the day in Berlin. */
const day = dayOf(Date.now() + 7 * 24 * 3_600_000, zone)
const at = (minute: number) => new Date(momentOf(day, minute, zone))
const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: 16 * 60, toMinute: 20 * 60 }))
const set = (wish: Partial<Availability> = {}, who = mentor) =>
  server.api(routes.set, { body: { timeZone: zone, hours, exceptions: [], ...wish } }, who)
const input = (minute: number) => ({
  title: 'Reading a balance sheet',
  description: 'What the numbers say.',
  startsAt: at(minute).toISOString(),
  durationMinutes: 60,
  capacity: 5,
  pricePaise: 0,
  skills: [],
})

test('anybody sees the hours of a mentor that are free, without what they teach or attend then', async () => {
  await set({ exceptions: [{ day: day.add({ days: 1 }).toString(), ranges: [] }] })
  await newSession(server.db, { mentorId: mentor.userId, starts_at: at(17 * 60) })
  const other = await server.person({ roles: ['mentor'] })
  const elsewhere = await newSession(server.db, { mentorId: other.userId, starts_at: at(19 * 60 + 30) })
  await newBooking(server.db, { sessionId: elsewhere, learnerId: mentor.userId })
  const { items, timeZone } = await server.api(routes.free, {
    params: { id: mentor.userId },
    query: { days: 10 },
  })
  expect(timeZone).toBe(zone)
  const of = (from: Date, to: Date) => ({ from: from.toISOString(), to: to.toISOString() })
  const that = items.filter(({ from }) => dayOf(Date.parse(from), zone).toString() === day.toString())
  expect(that).toEqual([of(at(16 * 60), at(17 * 60)), of(at(18 * 60), at(19 * 60 + 30))])
  const next = day.add({ days: 1 }).toString()
  expect(items.filter(({ from }) => dayOf(Date.parse(from), zone).toString() === next)).toEqual([])
})

test('publishing outside the own hours is asked about first, a series too', async () => {
  await set()
  const create = (minute: number, outsideHours?: boolean) =>
    server.api(
      sessionRoutes.create,
      { body: { ...input(minute), ...(outsideHours !== undefined && { outsideHours }) } },
      mentor,
    )
  await expect(create(9 * 60)).rejects.toMatchObject({ code: 'outside-hours' })
  const early = await create(9 * 60, true)
  const move = (minute: number, body: object = {}) =>
    server.api(
      sessionRoutes.change,
      { params: { id: early.id }, body: { startsAt: at(minute).toISOString(), ...body } },
      mentor,
    )
  await expect(move(10 * 60)).rejects.toMatchObject({ code: 'outside-hours' })
  await move(10 * 60, { outsideHours: true })
  await move(18 * 60)
  // Staying where it is is no new time.
  await move(18 * 60, { title: 'Another title' })
  const { startsAt: _, ...session } = input(0)
  const rule = {
    from: day.add({ days: 1 }).toString(),
    time: '08:00',
    weekdays: [1, 2, 3, 4, 5, 6, 7],
    everyWeeks: 1,
    count: 2,
  }
  const body = { rule, timeZone: zone, session }
  await expect(server.api(seriesRoutes.create, { body }, mentor)).rejects.toMatchObject({
    code: 'outside-hours',
  })
  const { items } = await server.api(
    seriesRoutes.preview,
    { body: { rule, timeZone: zone, durationMinutes: 60 } },
    mentor,
  )
  expect(items.map(({ outsideHours }) => outsideHours)).toEqual([true, true])
  await server.api(seriesRoutes.create, { body: { ...body, outsideHours: true } }, mentor)
})

test('one who set no hours may teach at any time, and shows none', async () => {
  const free = await server.person({ roles: ['mentor'] })
  await server.api(sessionRoutes.create, { body: input(3 * 60) }, free)
  const { items } = await server.api(routes.free, { params: { id: free.userId }, query: {} })
  expect(items).toEqual([])
})

test('hours that overlap, days that come twice and zones that are none are refused', async () => {
  const twice = [hours[0]!, { weekday: 1, fromMinute: 19 * 60, toMinute: 21 * 60 }]
  await expect(set({ hours: twice })).rejects.toMatchObject({ code: 'bad-input' })
  const exception = { day: day.toString(), ranges: [] }
  await expect(set({ exceptions: [exception, exception] })).rejects.toMatchObject({ code: 'bad-input' })
  for (const timeZone of ['Mars/Olympus', '+05:30', ''])
    await expect(set({ timeZone })).rejects.toMatchObject({ code: 'bad-input' })
})
