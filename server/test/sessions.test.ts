import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sessionRoutes as routes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import { findRoomEvents } from '../src/room-events.ts'
import { newBooking, newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let mentor: Person
let learner: Person
beforeAll(async () => {
  server = await startServer()
  mentor = await server.person({ roles: ['mentor'], name: 'Asha' })
  learner = await server.person({ name: 'Bala' })
})

/** Any text. */
const words: unknown = expect.any(String)
const from = (hours: number) => new Date(Date.now() + hours * 3_600_000)
let published = 0
const input = () => ({
  title: 'Learn to read a balance sheet',
  description: 'Line by line.',
  // Each at its own time: a mentor is in one class at once.
  startsAt: from(5 + 2 * published++).toISOString(),
  durationMinutes: 60,
  capacity: 8,
  pricePaise: 49_900,
  skills: ['Finance'],
})
const create = (body: ReturnType<typeof input> & { staged?: boolean }, who = mentor) =>
  server.api(routes.create, { body }, who)
const one = (id: string) => ({ params: { id } })
const seated = async (wish: Partial<Parameters<typeof newSession>[1]> = {}) => {
  const id = await newSession(server.db, { mentorId: mentor.userId, ...wish })
  await newBooking(server.db, { sessionId: id, learnerId: learner.userId })
  return id
}
const titles = async (who: Person) =>
  (await server.api(notificationRoutes.notifications, { query: {} }, who)).items.map((note) => note.title)

test('publishes what a mentor typed, and lets nobody else publish', async () => {
  const made = await create(input())
  expect(made).toMatchObject({ ...input(), startsAt: words, seatsLeft: 8, status: 'scheduled' })
  expect(made.mentor).toMatchObject({ name: 'Asha', rating: null, ratings: 0 })
  expect((await server.api(routes.get, one(made.id))).session).toEqual(made)
  await expect(create(input(), learner)).rejects.toMatchObject({ code: 'forbidden', status: 403 })
})

test('names the field of what cannot be used', async () => {
  const past = create({ ...input(), startsAt: from(-1).toISOString() })
  await expect(past).rejects.toMatchObject({ code: 'bad-input', details: { startsAt: words } })
  const cheap = create({ ...input(), pricePaise: 50 })
  await expect(cheap).rejects.toMatchObject({
    code: 'bad-input',
    details: { pricePaise: words },
  })
  const extra = create({ ...input(), mentorId: learner.userId } as never)
  await expect(extra).rejects.toMatchObject({ code: 'bad-input', status: 400 })
  const justNow = await create({ ...input(), startsAt: from(-1 / 60).toISOString() })
  expect(justNow.status).toBe('scheduled')
})

test('changes an own session before it starts, and tells its people when the time moves', async () => {
  const id = await seated()
  const change = (body: Partial<ReturnType<typeof input>>, who = mentor) =>
    server.api(routes.change, { ...one(id), body }, who)
  expect(await change({ title: 'Another title' })).toMatchObject({ title: 'Another title', capacity: 10 })
  expect(await titles(learner)).not.toContain('A session has moved')
  const startsAt = from(9).toISOString()
  expect(await change({ startsAt })).toMatchObject({ startsAt })
  expect(await titles(learner)).toContain('A session has moved')
  const other = await server.person({ roles: ['mentor'] })
  await expect(change({ title: 'Mine now' }, other)).rejects.toMatchObject({ code: 'forbidden' })
  await server.api(routes.start, { ...one(id), body: {} }, mentor)
  await expect(change({ title: 'Too late' })).rejects.toMatchObject({ code: 'session-started' })
})

test('a class of more than fifty needs a stage, when it is published and when it is changed', async () => {
  const large = { ...input(), capacity: 51 }
  const stageless = { code: 'bad-input', details: { staged: words } }
  await expect(create(large)).rejects.toMatchObject(stageless)
  expect(await create({ ...input(), capacity: 50 })).toMatchObject({ staged: false })
  const { id } = await create({ ...large, staged: true })
  const change = (body: Partial<ReturnType<typeof input>> & { staged?: boolean }) =>
    server.api(routes.change, { ...one(id), body }, mentor)
  expect(await change({ title: 'For very many' })).toMatchObject({ staged: true, capacity: 51 })
  await expect(change({ staged: false })).rejects.toMatchObject(stageless)
  expect(await change({ staged: false, capacity: 20 })).toMatchObject({ staged: false })
  await expect(change({ capacity: 300 })).rejects.toMatchObject(stageless)
  expect(await change({ staged: true })).toMatchObject({ staged: true, capacity: 20 })
})

test('has its stage from the moment on which it starts, and for good', async () => {
  const { id } = await create({ ...input(), staged: true })
  await server.api(routes.start, { ...one(id), body: {} }, mentor)
  expect((await findRoomEvents(server.db, id))[0]).toMatchObject({ data: { staged: true } })
  const change = server.api(routes.change, { ...one(id), body: { staged: false } }, mentor)
  await expect(change).rejects.toMatchObject({ code: 'session-started' })
  const { items } = await server.api(routes.list, { query: { mentorId: mentor.userId, limit: 50 } })
  expect(items.find((item) => item.id === id)).toMatchObject({ staged: true, status: 'live' })
})

test('cancels with its bookings, and tells every learner', async () => {
  const id = await seated()
  const socket = await server.connect(learner)
  expect(await server.api(routes.cancel, one(id), mentor)).toMatchObject({
    status: 'cancelled',
    seatsLeft: 10,
  })
  await socket.heard('session.cancelled', (data) => data.sessionId === id)
  expect(await titles(learner)).toContain('A session was cancelled')
  expect((await server.api(routes.get, one(id), learner)).booking?.status).toBe('cancelled')
  expect(await server.api(routes.cancel, one(id), mentor)).toMatchObject({ status: 'cancelled' })
  const start = server.api(routes.start, { ...one(id), body: {} }, mentor)
  await expect(start).rejects.toMatchObject({ code: 'session-cancelled' })
})

test('starts and ends once, however often it is asked, and tells everybody with a seat', async () => {
  const id = await seated()
  const socket = await server.connect(learner)
  const call = { ...one(id), body: {} }
  await expect(server.api(routes.end, call, mentor)).rejects.toMatchObject({ code: 'not-open' })
  const started = await Promise.all([1, 2, 3].map(() => server.api(routes.start, call, mentor)))
  expect(new Set(started.map((session) => session.startedAt)).size).toBe(1)
  expect(started[0]).toMatchObject({ status: 'live', endedAt: null })
  expect(await socket.heard('session.started', (data) => data.sessionId === id)).toBeDefined()
  await expect(server.api(routes.cancel, one(id), mentor)).rejects.toMatchObject({ code: 'session-started' })
  for (let n = 0; n < 2; n++) await server.api(routes.end, call, mentor)
  await socket.heard('session.ended', (data) => data.sessionId === id)
  expect(socket.all('session.started').filter((data) => data.sessionId === id)).toHaveLength(1)
  const events = await findRoomEvents(server.db, id)
  expect(events.map((event) => [event.seq, event.kind, event.actorId])).toEqual([
    [1, 'room.opened', mentor.userId],
    [2, 'room.closed', mentor.userId],
  ])
  expect(await titles(learner)).toEqual(expect.arrayContaining(['Your session has started', 'How was it?']))
  await expect(server.api(routes.start, call, mentor)).rejects.toMatchObject({ code: 'session-ended' })
})

test('lets nobody but the own mentor start or end', async () => {
  const id = await seated()
  const other = await server.person({ roles: ['mentor'] })
  for (const route of [routes.start, routes.end]) {
    await expect(server.api(route, { ...one(id), body: {} }, other)).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(server.api(route, { ...one(id), body: {} }, learner)).rejects.toMatchObject({
      code: 'forbidden',
    })
  }
})

test('shows a mentor who booked and who is there', async () => {
  const busy = await server.person({ roles: ['mentor'] })
  const id = await newSession(server.db, { mentorId: busy.userId })
  const here = await server.person({ name: 'Devi' })
  for (const person of [learner, here])
    await newBooking(server.db, { sessionId: id, learnerId: person.userId })
  await server.connect(here)
  const { items } = await server.api(routes.mentorData, {}, busy)
  expect(items).toHaveLength(1)
  expect(items[0]!.session).toMatchObject({ id, seatsLeft: 8 })
  const booked = items[0]!.bookings.map(({ name, status, online }) => ({ name, status, online }))
  expect(booked).toContainEqual({ name: 'Devi', status: 'confirmed', online: true })
  expect(booked).toHaveLength(2)
})

test('takes feedback once, after the end, from people who had a seat; it makes the mentor’s rating', async () => {
  const teacher = await server.person({ roles: ['mentor'] })
  const id = await seated({ mentorId: teacher.userId })
  const give = (rating: number, who = learner) =>
    server.api(routes.feedback, { ...one(id), body: { rating, comment: 'Clear.' } }, who)
  await expect(give(5)).rejects.toMatchObject({ code: 'not-open' })
  const second = await server.person()
  await newBooking(server.db, { sessionId: id, learnerId: second.userId })
  await server.api(routes.start, { ...one(id), body: {} }, teacher)
  await server.api(routes.end, { ...one(id), body: {} }, teacher)
  await expect(give(5, await server.person())).rejects.toMatchObject({ code: 'not-booked', status: 403 })
  await expect(give(6)).rejects.toMatchObject({ code: 'bad-input' })
  expect(await give(5)).toMatchObject({ rating: 5, comment: 'Clear.', name: 'Bala' })
  await expect(give(1)).rejects.toMatchObject({ code: 'already-given' })
  await give(2, second)
  const seen = await server.api(routes.get, one(id), learner)
  expect(seen.session.mentor).toMatchObject({ rating: 3.5, ratings: 2 })
  expect(seen).toMatchObject({ gaveFeedback: true, mine: false, booking: { status: 'confirmed' } })
  expect(seen.feedback.map((one) => one.rating)).toEqual([2, 5])
})

test('ends a class that nobody ended, two hours after its time, unless people are still there', async () => {
  const long = { starts_at: from(-4), started_at: from(-4), status: 'live' as const }
  const [empty, busy, fresh] = [
    await seated(long),
    await seated(long),
    await seated({ ...long, started_at: from(-1) }),
  ]
  await server.db
    .insertInto('room_event')
    .values({
      session_id: busy,
      seq: 1,
      kind: 'peer.joined',
      data: JSON.stringify({
        userId: learner.userId,
        peerId: crypto.randomUUID(),
        name: 'Bala',
        role: 'learner',
      }),
    })
    .execute()
  const second = await startServer()
  await Promise.all([server.app.sweep(), second.app.sweep()])
  const status = async (id: string) => (await server.api(routes.get, one(id))).session.status
  expect(await Promise.all([empty, busy, fresh].map(status))).toEqual(['ended', 'live', 'live'])
  expect((await findRoomEvents(server.db, empty)).map((event) => event.kind)).toEqual(['room.closed'])
})
