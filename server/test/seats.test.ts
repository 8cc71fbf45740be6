import { bookingRoutes } from '@peerlearn/contract/bookings'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { newBooking, newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let mentor: Person
beforeAll(async () => {
  server = await startServer()
  mentor = await server.person({ roles: ['mentor'] })
})

const book = (sessionId: string, who: Person) =>
  server.api(bookingRoutes.book, { params: { id: sessionId }, body: {} }, who)

const people = (count: number) => Promise.all(Array.from({ length: count }, () => server.person()))

/** What each of these came to: `ok`, or the code of its refusal. */
const outcomes = async (asked: Promise<unknown>[]) =>
  (await Promise.allSettled(asked)).map((one) =>
    one.status === 'fulfilled' ? 'ok' : (one.reason as { code: string }).code,
  )

const seatsTaken = async (sessionId: string) => {
  const rows = await server.db
    .selectFrom('booking')
    .select('seat')
    .where('session_id', '=', sessionId)
    .where('seat', 'is not', null)
    .execute()
  return rows.map((row) => row.seat)
}

test('gives the last seat to exactly one of fifty people who ask at once', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 3 })
  for (const learner of await people(2)) await book(sessionId, learner)
  const racers = await people(50)
  const came = await outcomes(racers.map((racer) => book(sessionId, racer)))
  expect(came.filter((outcome) => outcome === 'ok')).toHaveLength(1)
  expect(came.filter((outcome) => outcome === 'session-full')).toHaveLength(49)
  expect((await seatsTaken(sessionId)).toSorted()).toEqual([1, 2, 3])
})

test('oversells no seat even to a statement that goes around the product', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 2 })
  const [first, second, third] = await people(3)
  const row = (learner: Person, seat: number, capacity = 2) => ({
    id: newId(),
    session_id: sessionId,
    session_capacity: capacity,
    learner_id: learner.userId,
    buyer_id: learner.userId,
    seat,
    status: 'confirmed' as const,
    price_paise: 0,
  })
  const insert = (values: ReturnType<typeof row>) => server.db.insertInto('booking').values(values).execute()
  await insert(row(first!, 1))
  await insert(row(second!, 2))
  await expect(insert(row(third!, 3))).rejects.toThrow('booking_seat_in_capacity')
  await expect(insert(row(third!, 2))).rejects.toThrow('booking_seat')
  await expect(insert(row(third!, 3, 5))).rejects.toThrow('foreign key')
  await expect(
    server.db.updateTable('session').set({ capacity: 1 }).where('id', '=', sessionId).execute(),
  ).rejects.toThrow('booking_seat_in_capacity')
})

test('takes one seat for a double click', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId })
  const learner = await server.person()
  const came = await outcomes([book(sessionId, learner), book(sessionId, learner)])
  expect(came.toSorted()).toEqual(['already-booked', 'ok'])
  expect(await seatsTaken(sessionId)).toHaveLength(1)
})

test('leaves nobody with a seat in a session that is cancelled while people book', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 20 })
  const racers = await people(10)
  const asked: Promise<unknown>[] = racers.map((racer) => book(sessionId, racer))
  void asked.splice(5, 0, server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor))
  const came = await outcomes(asked)
  expect(new Set(came).difference(new Set(['ok', 'session-cancelled']))).toEqual(new Set())
  expect(await seatsTaken(sessionId)).toEqual([])
})

test('lowers the capacity to the seats that are taken and no further, moving people within it', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 5 })
  const [first, , third] = await Promise.all(
    (await people(4)).map(async (learner) => ({ learner, id: (await book(sessionId, learner)).id })),
  )
  await server.api(bookingRoutes.cancel, { params: { id: first!.id } }, first!.learner)
  const change = (capacity: number) =>
    server.api(sessionRoutes.change, { params: { id: sessionId }, body: { capacity } }, mentor)
  await expect(change(2)).rejects.toMatchObject({ code: 'capacity-below-seats', status: 409 })
  expect(await change(3)).toMatchObject({ capacity: 3, seatsLeft: 0 })
  expect((await seatsTaken(sessionId)).toSorted()).toEqual([1, 2, 3])
  await server.api(bookingRoutes.cancel, { params: { id: third!.id } }, third!.learner)
  expect(await change(4)).toMatchObject({ capacity: 4, seatsLeft: 2 })
})

test('books and lowers the capacity at once without overselling or getting stuck', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 12 })
  const asked: Promise<unknown>[] = (await people(12)).map((learner) => book(sessionId, learner))
  const change = server.api(
    sessionRoutes.change,
    { params: { id: sessionId }, body: { capacity: 6 } },
    mentor,
  )
  const came = await outcomes([...asked, change])
  const { capacity } = await server.db
    .selectFrom('session')
    .select('capacity')
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  const booked = came.slice(0, 12).filter((outcome) => outcome === 'ok').length
  expect(booked).toBeLessThanOrEqual(capacity)
  expect(await seatsTaken(sessionId)).toHaveLength(booked)
  expect(new Set(came).difference(new Set(['ok', 'session-full', 'capacity-below-seats']))).toEqual(new Set())
})

test('frees a held seat after ten minutes: another learner gets it, and the first may book again', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 1, price_paise: 49_900 })
  const [slow, quick] = await people(2)
  const held = await book(sessionId, slow!)
  expect(held.status).toBe('held')
  const minutes = (Date.parse(held.heldUntil!) - Date.parse(held.createdAt)) / 60_000
  expect(minutes).toBe(10)
  await expect(book(sessionId, quick!)).rejects.toMatchObject({ code: 'session-full' })
  await runOut(held.id)
  const seen = await server.api(sessionRoutes.get, { params: { id: sessionId } }, slow)
  expect(seen).toMatchObject({ session: { seatsLeft: 1 }, booking: { status: 'expired', heldUntil: null } })
  const again = await book(sessionId, quick!)
  expect(again.status).toBe('held')
  await runOut(again.id)
  expect((await book(sessionId, slow!)).status).toBe('held')
})

const runOut = (bookingId: string) =>
  server.db
    .updateTable('booking')
    .set({ held_until: sql`now() - interval '1 second'` })
    .where('id', '=', bookingId)
    .execute()

test('counts the same seats left in the list as in the session', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, capacity: 4 })
  const learner = await server.person()
  await newBooking(server.db, { sessionId, learnerId: learner.userId })
  const { items } = await server.api(sessionRoutes.list, { query: { mentorId: mentor.userId, limit: 50 } })
  expect(items.find((item) => item.id === sessionId)?.seatsLeft).toBe(3)
})
