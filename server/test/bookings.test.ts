import { bookingRoutes } from '@peerlearn/contract/bookings'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import { findSeat } from '../src/bookings/queries.ts'
import { sql } from 'kysely'
import { newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let mentor: Person
let learner: Person
beforeAll(async () => {
  server = await startServer()
  mentor = await server.person({ roles: ['mentor'], name: 'Asha' })
})

let sessions = 0
/** Each at its own time: nobody is in two classes at once. */
const session = (wish: Partial<Parameters<typeof newSession>[1]> = {}) =>
  newSession(server.db, { mentorId: mentor.userId, starts_at: from(100 + sessions++), ...wish })
const book = (sessionId: string, who: Person) =>
  server.api(bookingRoutes.book, { params: { id: sessionId }, body: {} }, who)
const cancel = (bookingId: string, who: Person) =>
  server.api(bookingRoutes.cancel, { params: { id: bookingId } }, who)
const titles = async (who: Person) =>
  (await server.api(notificationRoutes.notifications, { query: {} }, who)).items.map((note) => note.title)
const hour = 3_600_000
const begun = Date.now()
const from = (hours: number) => new Date(begun + hours * hour)

test('confirms a free seat at once, and tells the mentor on the open page', async () => {
  learner = await server.person({ name: 'Bala' })
  const socket = await server.connect(mentor)
  const sessionId = await session({ capacity: 2 })
  const booked = await book(sessionId, learner)
  expect(booked).toMatchObject({ status: 'confirmed', heldUntil: null, pricePaise: 0 })
  const told = await socket.heard('session.booking', (data) => data.bookingId === booked.id)
  expect(told).toMatchObject({ sessionId, learnerName: 'Bala', status: 'confirmed', seatsLeft: 1 })
  await socket.heard('notification.new', (note) => note.title === 'A seat was booked')
  expect(await titles(learner)).toContain('Your seat is booked')
  expect(await findSeat(server.db, sessionId, learner.userId)).toMatchObject({ id: booked.id })
  expect(await findSeat(server.db, sessionId, mentor.userId)).toBeUndefined()
})

test('tells when it begins, to each in their own time, and with whom', async () => {
  const asha = await server.person({ name: 'Asha' })
  await server.db
    .updateTable('account')
    .set({ time_zone: 'Europe/Berlin' })
    .where('id', '=', asha.userId)
    .execute()
  const sessionId = await session({ title: 'Told in full' })
  await book(sessionId, asha)
  const messageTo = async (who: Person, title: string) =>
    (await server.api(notificationRoutes.notifications, { query: {} }, who)).items.find(
      (note) => note.title === title && note.message.includes('Told in full'),
    )?.message
  expect(await messageTo(asha, 'Your seat is booked')).toMatch(
    /^You have a seat in “Told in full” with .+ on \w{3} \d+ \w+, \d\d:\d\d \(Europe\/Berlin\)\.$/,
  )
  expect(await messageTo(mentor, 'A seat was booked')).toMatch(
    /^Asha will be in “Told in full” on .+ \(Asia\/Kolkata\)\.$/,
  )
})

test('gives the right to the room for a confirmed seat alone', async () => {
  const sessionId = await session({ price_paise: 10_000 })
  await book(sessionId, learner)
  expect(await findSeat(server.db, sessionId, learner.userId)).toBeUndefined()
})

test('refuses sessions that are over, cancelled, or not there; takes one that is live', async () => {
  const past = await session({ starts_at: from(-3) })
  await expect(book(past, learner)).rejects.toMatchObject({ code: 'session-ended' })
  const cancelled = await session({ status: 'cancelled' })
  await expect(book(cancelled, learner)).rejects.toMatchObject({ code: 'session-cancelled' })
  await expect(book(crypto.randomUUID(), learner)).rejects.toMatchObject({ code: 'not-found', status: 404 })
  const live = await session({ status: 'live', started_at: from(-1), starts_at: from(-1) })
  expect((await book(live, learner)).status).toBe('confirmed')
})

test('refuses the session’s own mentor, and a person who has not signed in', async () => {
  const sessionId = await session()
  await expect(book(sessionId, mentor)).rejects.toMatchObject({ code: 'own-session' })
  const asked = server.api(bookingRoutes.book, { params: { id: sessionId }, body: {} })
  await expect(asked).rejects.toMatchObject({ code: 'signed-out', status: 401 })
})

test('takes a seat back before the start, once, from its own learner alone', async () => {
  const sessionId = await session()
  const booked = await book(sessionId, learner)
  const other = await server.person()
  await expect(cancel(booked.id, other)).rejects.toMatchObject({ code: 'not-found' })
  expect((await cancel(booked.id, learner)).status).toBe('cancelled')
  expect((await cancel(booked.id, learner)).status).toBe('cancelled')
  expect((await titles(mentor)).filter((title) => title === 'A seat was given back')).toHaveLength(1)
  expect((await book(sessionId, learner)).status).toBe('confirmed')
})

test('keeps a seat in a class that has begun', async () => {
  const live = await session({ status: 'live', started_at: from(0) })
  const seated = await book(live, learner)
  await expect(cancel(seated.id, learner)).rejects.toMatchObject({ code: 'session-started' })
})

test('gives free what was not paid in time, once, however many servers sweep', async () => {
  const sessionId = await session({ price_paise: 10_000 })
  const slow = await server.person({ name: 'Chitra' })
  const socket = await server.connect(mentor)
  const held = await book(sessionId, slow)
  await server.db
    .updateTable('booking')
    .set({ held_until: sql`now()` })
    .where('id', '=', held.id)
    .execute()
  const second = await startServer()
  await Promise.all([server.app.sweep(), second.app.sweep()])
  const told = await socket.heard('session.booking', (data) => data.status === 'expired')
  expect(told).toMatchObject({ bookingId: held.id, learnerName: 'Chitra', seatsLeft: 10 })
  expect((await titles(slow)).filter((title) => title === 'Your held seat was given free')).toHaveLength(1)
})

test('lists my bookings: the next first, past ones last, one a session', async () => {
  const me = await server.person()
  const [later, sooner, past, dropped] = [
    await session({ starts_at: from(48), title: 'Later' }),
    await session({ starts_at: from(2), title: 'Sooner' }),
    await session({ starts_at: from(-5), title: 'Past', status: 'live', started_at: from(-5) }),
    await session({ starts_at: from(1), title: 'Dropped' }),
  ]
  for (const id of [later, sooner, past]) await book(id, me)
  await cancel((await book(dropped, me)).id, me)
  const again = await session({ starts_at: from(3), title: 'Twice' })
  await cancel((await book(again, me)).id, me)
  await book(again, me)
  await server.api(sessionRoutes.end, { params: { id: past }, body: {} }, mentor)
  const { items } = await server.api(bookingRoutes.mine, {}, me)
  expect(items.map((item) => [item.title, item.booking.status])).toEqual([
    ['Sooner', 'confirmed'],
    ['Twice', 'confirmed'],
    ['Later', 'confirmed'],
    ['Dropped', 'cancelled'],
    ['Past', 'confirmed'],
  ])
  expect(items[0]).toMatchObject({ mentorName: 'Asha', sessionStatus: 'scheduled', gaveFeedback: false })
})
