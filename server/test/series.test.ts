/** Sessions that repeat: published, changed and cancelled together, or not at all. */
import { seriesRoutes as routes, type SeriesRule } from '@peerlearn/contract/series'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeEach, beforeAll, describe, expect, test } from 'vitest'
import { newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { desk, pay, refunds } from './paid-seats.ts'

let server: TestServer
let mentor: Person, asha: Person

beforeAll(async () => {
  server = await startServer()
  asha = await server.person()
})
beforeEach(async () => {
  mentor = await server.person({ roles: ['mentor'] })
})

const dayMs = 24 * 3_600_000
/** A Monday some weeks from now. */
const monday = () => {
  const now = Date.now() + 14 * dayMs
  const back = (new Date(now).getUTCDay() + 6) % 7
  return new Date(now - back * dayMs).toISOString().slice(0, 10)
}
const rule = (wish: Partial<SeriesRule> = {}): SeriesRule => ({
  from: monday(),
  time: '18:00',
  weekdays: [1],
  everyWeeks: 1,
  count: 4,
  ...wish,
})
const terms = {
  title: 'Balance sheets, weekly',
  description: 'One sheet a week.',
  durationMinutes: 60,
  capacity: 5,
  pricePaise: 10_000,
  minLearners: 2,
  bookingClosesMinutes: 30,
  refund: { fullHours: 48, halfHours: 12 },
  skills: [],
}
const when = (wish: Partial<SeriesRule> = {}) => ({ rule: rule(wish), timeZone: 'Asia/Kolkata' })
const create = (wish: Partial<SeriesRule> = {}) =>
  server.api(routes.create, { body: { ...when(wish), session: terms } }, mentor)
const preview = (wish: Partial<SeriesRule> = {}) =>
  server.api(routes.preview, { body: { ...when(wish), durationMinutes: 60 } }, mentor)
const taught = async () =>
  (await server.api(sessionRoutes.mentorData, {}, mentor)).items.map(({ session }) => session)

describe('publishing', () => {
  test('makes a session of each date, with the series’ own rules, at its hour of the time zone', async () => {
    const { dates, id } = await create()
    expect(dates.map(({ startsAt }) => startsAt.slice(11))).toEqual(Array(4).fill('12:30:00.000Z'))
    const sessions = await taught()
    expect(sessions).toHaveLength(4)
    for (const session of sessions)
      expect(session).toMatchObject({
        minLearners: 2,
        bookingClosesMinutes: 30,
        refund: { fullHours: 48, halfHours: 12 },
      })
    const detail = await server.api(sessionRoutes.get, { params: { id: sessions[0]!.id } })
    expect(detail.seriesId).toBe(id)
  })

  test('names each date that is taken beforehand, and then publishes none', async () => {
    const free = await preview()
    expect(free.items.map(({ conflict }) => conflict)).toEqual([null, null, null, null])
    const starts_at = free.items[2]!.startsAt
    await newSession(server.db, { mentorId: mentor.userId, starts_at, title: 'A talk' })
    expect((await preview()).items.map(({ conflict }) => conflict)).toEqual([null, null, 'A talk', null])
    await expect(create()).rejects.toMatchObject({
      code: 'time-conflict',
      details: { [starts_at]: 'A talk' },
    })
    expect(await taught()).toHaveLength(1)
  })

  test('takes sixty dates at most, and none that are past', async () => {
    const long = { weekdays: [1, 2, 3, 4, 5, 6, 7], count: undefined, until: '2030-01-01' }
    await expect(create(long as Partial<SeriesRule>)).rejects.toMatchObject({ code: 'bad-input' })
    await expect(create({ from: '2026-01-05' })).rejects.toMatchObject({ code: 'bad-input' })
    expect((await create({ weekdays: [1, 2, 3, 4, 5, 6, 7], count: 60 })).dates).toHaveLength(60)
  })
})

describe('changing', () => {
  test('one date is a change of that session alone', async () => {
    const { dates } = await create()
    await server.api(
      sessionRoutes.change,
      { params: { id: dates[1]!.sessionId }, body: { capacity: 9 } },
      mentor,
    )
    expect((await taught()).map(({ capacity }) => capacity).toSorted()).toEqual([5, 5, 5, 9])
  })

  test('from one on changes it and all that follow, each at the new hour of its own day', async () => {
    const { id, dates } = await create()
    const body = { fromSessionId: dates[2]!.sessionId, time: '19:15', change: { title: 'Later' } }
    const after = await server.api(routes.change, { params: { id }, body }, mentor)
    expect(after.dates.map(({ startsAt }) => startsAt.slice(11, 16))).toEqual([
      '12:30',
      '12:30',
      '13:45',
      '13:45',
    ])
    expect((await taught()).map(({ title }) => title).toSorted()).toEqual([
      terms.title,
      terms.title,
      'Later',
      'Later',
    ])
  })

  test('that one date can’t take changes none of them', async () => {
    const { id, dates } = await create()
    const starts_at = new Date(Date.parse(dates[3]!.startsAt) + 90 * 60_000)
    await newSession(server.db, { mentorId: mentor.userId, starts_at, title: 'A talk' })
    const body = { fromSessionId: dates[0]!.sessionId, time: '19:15', change: {} }
    await expect(server.api(routes.change, { params: { id }, body }, mentor)).rejects.toMatchObject({
      code: 'time-conflict',
    })
    const after = await server.api(routes.get, { params: { id } })
    expect(after.dates).toEqual(dates)
  })
})

test('cancelling the rest gives back what was paid for each, and leaves what came before', async () => {
  const { id, dates } = await create()
  const { book } = desk(server, mentor)
  const bought = []
  for (const { sessionId } of dates.slice(0, 3)) {
    const booking = await book(sessionId, asha)
    await pay(server, booking.purchaseId)
    bought.push(booking)
  }
  const body = { fromSessionId: dates[1]!.sessionId }
  const after = await server.api(routes.cancel, { params: { id }, body }, mentor)
  expect(after.dates.map(({ status }) => status)).toEqual([
    'scheduled',
    'cancelled',
    'cancelled',
    'cancelled',
  ])
  expect(await Promise.all(bought.map(({ purchaseId }) => refunds(server, purchaseId)))).toEqual([
    [],
    [10_000],
    [10_000],
  ])
  await expect(server.api(routes.cancel, { params: { id }, body }, mentor)).rejects.toMatchObject({
    code: 'not-found',
  })
})
