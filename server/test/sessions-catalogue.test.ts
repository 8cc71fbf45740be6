import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { Session } from '@peerlearn/contract/sessions'
import type { QueryOf } from '@peerlearn/contract/route'
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { newBooking, newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let asha: Person
let brinda: Person
beforeAll(async () => {
  server = await startServer()
  asha = await server.person({ roles: ['mentor'], name: 'Asha Rao' })
  brinda = await server.person({ roles: ['mentor'], name: 'Brinda 100% Sen' })
  const add = (mentor: Person, title: string, wish: Partial<Parameters<typeof newSession>[1]> = {}) =>
    newSession(server.db, { mentorId: mentor.userId, title, description: 'A small group.', ...wish })
  await add(asha, 'Learn Python', { skills: ['Python', 'Testing'], starts_at: from(1) })
  await add(asha, 'Learn to bake', { skills: ['Baking'], starts_at: from(2), price_paise: 10_000 })
  await add(brinda, 'Draw_a_face', {
    skills: ['Drawing'],
    starts_at: from(3),
    price_paise: 50_000,
    capacity: 2,
  })
  await add(brinda, 'Draw a hand', { skills: ['Drawing', 'Testing'], starts_at: from(30), capacity: 40 })
  const full = await add(asha, 'Full of people', { starts_at: from(4), capacity: 1 })
  await newBooking(server.db, { sessionId: full, learnerId: (await server.person()).userId })
  await add(asha, 'Running now', { starts_at: from(-0.5), status: 'live', started_at: from(-0.4) })
  await add(asha, 'Running very late', { starts_at: from(-30), status: 'live', started_at: from(-0.4) })
  await add(asha, 'Began without its mentor', { starts_at: from(-0.2) })
  await add(asha, 'Nobody came', { starts_at: from(-5) })
  await add(asha, 'Long over', {
    starts_at: from(-50),
    status: 'ended',
    started_at: from(-50),
    ended_at: from(-49),
  })
  await add(asha, 'Called off', { starts_at: from(5), status: 'cancelled' })
})

const from = (hours: number) => new Date(Date.now() + hours * 3_600_000)
const list = (query: Partial<QueryOf<typeof sessionRoutes.list>> = {}) =>
  server.api(sessionRoutes.list, { query })
const titles = async (query: Parameters<typeof list>[0]) =>
  (await list(query)).items.map((item) => item.title)

test('shows what can still be joined, soonest first', async () => {
  expect(await titles({})).toEqual([
    'Running very late',
    'Running now',
    'Began without its mentor',
    'Learn Python',
    'Learn to bake',
    'Draw_a_face',
    'Full of people',
    'Draw a hand',
  ])
})

test('filters by words, skill, time, price, seats and mentor, and by several at once', async () => {
  expect(await titles({ q: 'python' })).toEqual(['Learn Python'])
  expect(await titles({ q: 'LEARN small' })).toEqual(['Learn Python', 'Learn to bake'])
  expect(await titles({ q: 'brinda draw hand' })).toEqual(['Draw a hand'])
  expect(await titles({ q: '100%' })).toEqual(['Draw_a_face', 'Draw a hand'])
  expect(await titles({ q: 'w_a' })).toEqual(['Draw_a_face'])
  expect(await titles({ q: '  ' })).toHaveLength(8)
  expect(await titles({ skill: 'Testing' })).toEqual(['Learn Python', 'Draw a hand'])
  expect(await titles({ skill: 'tESTING' })).toEqual(['Learn Python', 'Draw a hand'])
  expect(await titles({ skill: 'Test' })).toEqual([])
  const [soon, later] = [from(0.9).toISOString(), from(3.5).toISOString()]
  expect(await titles({ from: soon, to: later })).toEqual(['Learn Python', 'Learn to bake', 'Draw_a_face'])
  expect(await titles({ maxPricePaise: 10_000, from: soon, to: later })).toEqual([
    'Learn Python',
    'Learn to bake',
  ])
  expect(await titles({ maxPricePaise: 0, skill: 'Drawing' })).toEqual(['Draw a hand'])
  expect(await titles({ seatsLeft: 11 })).toEqual(['Draw a hand'])
  expect(await titles({ seatsLeft: 1, from: later })).toEqual(['Draw a hand'])
  expect(await titles({ mentorId: brinda.userId })).toEqual(['Draw_a_face', 'Draw a hand'])
})

test('pages through sessions that start at the same moment without losing or repeating one', async () => {
  const mentor = await server.person({ roles: ['mentor'] })
  const at = '2100-01-01T10:00:00.123456Z'
  const ids: string[] = []
  for (let n = 0; n < 7; n++)
    ids.push(await newSession(server.db, { mentorId: mentor.userId, starts_at: at }))
  const seen: Session[] = []
  let cursor: string | undefined
  do {
    const page = await list({ mentorId: mentor.userId, limit: 3, ...(cursor && { cursor }) })
    seen.push(...page.items)
    cursor = page.nextCursor ?? undefined
    // A session that comes in between, earlier than where the reader is, disturbs nothing.
    await newSession(server.db, { mentorId: mentor.userId, starts_at: '2099-01-01T00:00:00Z' })
  } while (cursor)
  const sameMoment = seen
    .filter((session) => session.startsAt.startsWith('2100'))
    .map((session) => session.id)
  expect(sameMoment.toSorted()).toEqual(ids.toSorted())
})

test('refuses a cursor that is none, and a filter that it does not know', async () => {
  const made = (start: string) => Buffer.from(`${start}/${newId()}`).toString('base64url')
  const days = ['2026-13-45T99:00:00.000000Z', '2026-02-31T00:00:00.000000Z', '0000-01-01T00:00:00.000000Z']
  for (const cursor of ['x', '____', ...days.map(made)])
    await expect(list({ cursor })).rejects.toMatchObject({ code: 'bad-input', status: 400 })
  for (const from of [
    '0000-01-01T00:00:00Z',
    '2026-01-01T00:00:00+23:00',
    `2026-01-01T00:00:00.${'1'.repeat(200)}Z`,
  ])
    await expect(list({ from })).rejects.toMatchObject({ code: 'bad-input', status: 400 })
  await expect(list({ order: 'price' } as never)).rejects.toMatchObject({ code: 'bad-input' })
  await expect(list({ limit: 51 })).rejects.toMatchObject({ code: 'bad-input' })
})
