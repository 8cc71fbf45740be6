import { bookingRoutes } from '@peerlearn/contract/bookings'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import { startServer, type Person, type TestServer } from './harness.ts'
import { desk, openDesk, outcomes, pay, refunds, type Desk } from './paid-seats.ts'

let server: TestServer
let second: TestServer
let mentor: Person
let seats: Desk
beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
  second = await startServer()
})

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000)
const get = (sessionId: string) => server.api(sessionRoutes.get, { params: { id: sessionId } })
/** Somebody else's class at the same time. */
const atThatTime = async (starts_at: Date) =>
  desk(server, await server.person({ roles: ['mentor'] })).session({ starts_at, price_paise: 0 })

test('takes nobody any more once booking has closed', async () => {
  const learner = await server.person()
  const closed = await seats.session({ starts_at: inMinutes(50), booking_closes_minutes: 60 })
  await expect(seats.book(closed, learner)).rejects.toMatchObject({ code: 'booking-closed' })
  await expect(seats.wait(closed, learner)).rejects.toMatchObject({ code: 'booking-closed' })
  const open = await seats.session({ starts_at: inMinutes(180), booking_closes_minutes: 60 })
  expect((await seats.book(open, learner)).status).toBe('held')
})

test('cancels a class with too few learners when booking closes, once on two servers, with all of the money', async () => {
  const learner = await server.person()
  const sessionId = await seats.session({ min_learners: 2, booking_closes_minutes: 60 })
  const seat = await seats.book(sessionId, learner)
  await pay(server, seat.purchaseId)
  await server.app.sweep()
  expect((await get(sessionId)).session.status).toBe('scheduled')
  await server.db
    .updateTable('session')
    .set({ starts_at: inMinutes(59) })
    .where('id', '=', sessionId)
    .execute()
  await Promise.all([server.app.sweep(), second.app.sweep()])
  expect((await get(sessionId)).session.status).toBe('cancelled')
  const told = await server.api(notificationRoutes.notifications, { query: {} }, learner)
  expect(told.items.filter((note) => note.title === 'A session was cancelled')).toHaveLength(1)
  expect(await refunds(server, seat.purchaseId)).toEqual([10_000])
  const { items } = await server.api(bookingRoutes.mine, {}, learner)
  expect(items[0]?.booking).toMatchObject({ status: 'cancelled', endedBecause: 'too-few' })
})

test('waits for who is paying, holds the class when they are enough, and leaves it then', async () => {
  const [one, two] = [await server.person(), await server.person()]
  const sessionId = await seats.session({ min_learners: 2, booking_closes_minutes: 60 })
  const seat = await seats.book(sessionId, one)
  await pay(server, seat.purchaseId)
  const held = await seats.book(sessionId, two)
  await server.db
    .updateTable('session')
    .set({ starts_at: inMinutes(58) })
    .where('id', '=', sessionId)
    .execute()
  await server.app.sweep()
  expect((await get(sessionId)).session.status).toBe('scheduled')
  await pay(server, held.purchaseId)
  await server.app.sweep()
  await seats.cancel(held.id, two)
  await server.app.sweep()
  expect((await get(sessionId)).session.status).toBe('scheduled')
})

test('refuses a learner who is in another class at that time, and names it', async () => {
  const learner = await server.person()
  const sessionId = await seats.session()
  const { startsAt } = (await get(sessionId)).session
  const other = await atThatTime(new Date(Date.parse(startsAt) + 59 * 60_000))
  await seats.book(sessionId, learner)
  await expect(seats.book(other, learner)).rejects.toMatchObject({
    code: 'time-conflict',
    message: expect.stringContaining('Reading a balance sheet') as string,
    details: { sessionId },
  })
  const after = await atThatTime(new Date(Date.parse(startsAt) + 60 * 60_000))
  expect((await seats.book(after, learner)).status).toBe('confirmed')
})

test('lets one of two classes at the same time have a learner who books both at once, on two servers', async () => {
  const starts_at = inMinutes(60 * 24 * 500)
  const [one, two] = [await atThatTime(starts_at), await atThatTime(starts_at)]
  const learners = await Promise.all(Array.from({ length: 10 }, () => server.person()))
  for (const learner of learners) {
    const body = { params: { id: two }, body: {} }
    const came = await outcomes([seats.book(one, learner), second.api(bookingRoutes.book, body, learner)])
    expect(came.toSorted()).toEqual(
      came.includes('session-full') ? ['ok', 'session-full'] : ['ok', 'time-conflict'],
    )
  }
})

test('refuses a mentor two classes at once, when publishing, when moving, and when a seat of theirs is in the way', async () => {
  const teacher = await server.person({ roles: ['mentor'] })
  const input = (minutes: number) => ({
    title: 'Learn to read a balance sheet',
    description: 'Line by line.',
    startsAt: inMinutes(60 * 24 * 600 + minutes).toISOString(),
    durationMinutes: 60,
    capacity: 8,
    pricePaise: 0,
    skills: [],
  })
  const publish = (minutes: number, at = server) =>
    at.api(sessionRoutes.create, { body: input(minutes) }, teacher)
  const came = await outcomes([publish(0), publish(30, second), publish(59), publish(10, second)])
  expect(came.toSorted()).toEqual(['ok', 'time-conflict', 'time-conflict', 'time-conflict'])
  const later = await publish(600)
  const move = (minutes: number) =>
    server.api(
      sessionRoutes.change,
      { params: { id: later.id }, body: { startsAt: input(minutes).startsAt } },
      teacher,
    )
  await expect(move(20)).rejects.toMatchObject({ code: 'time-conflict' })
  expect((await move(630)).id).toBe(later.id)
  const seat = await atThatTime(inMinutes(60 * 24 * 600 + 900))
  await seats.book(seat, teacher)
  await expect(publish(930)).rejects.toMatchObject({ code: 'time-conflict' })
})

test('moves nobody who booked to a start that is hours away, and lets a late one be later', async () => {
  const learner = await server.person()
  const sessionId = await seats.session({ starts_at: inMinutes(48 * 60) })
  await pay(server, (await seats.book(sessionId, learner)).purchaseId)
  const moveTo = (minutes: number) =>
    server.api(
      sessionRoutes.change,
      { params: { id: sessionId }, body: { startsAt: inMinutes(minutes).toISOString() } },
      mentor,
    )
  await expect(moveTo(180)).rejects.toMatchObject({ code: 'policy-promised' })
  expect((await moveTo(13 * 60)).status).toBe('scheduled')
  expect((await moveTo(14 * 60)).status).toBe('scheduled')
})

test('starts a class that was paid for no earlier than two hours before its time', async () => {
  const learner = await server.person()
  const sessionId = await seats.session({ starts_at: inMinutes(300) })
  await pay(server, (await seats.book(sessionId, learner)).purchaseId)
  const start = () => server.api(sessionRoutes.start, { params: { id: sessionId }, body: {} }, mentor)
  await expect(start()).rejects.toMatchObject({ code: 'not-open' })
  await server.db
    .updateTable('session')
    .set({ starts_at: inMinutes(119) })
    .where('id', '=', sessionId)
    .execute()
  expect((await start()).status).toBe('live')
})
