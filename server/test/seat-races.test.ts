/** Two servers on one Postgres, real HTTP: whoever comes first, there is one truth, and nobody waits for ever. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { waitlistRoutes } from '@peerlearn/contract/waitlist'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type Person, type TestServer } from './harness.ts'
import { desk, outcomes, pay, refunds, runOut, type BookWish, type Desk } from './paid-seats.ts'

let servers: [TestServer, TestServer]
let mentor: Person
let seats: Desk
beforeAll(async () => {
  servers = [await startServer(), await startServer()]
  mentor = await servers[0].person({ roles: ['mentor'] })
  seats = desk(servers[0], mentor)
})

/** 40P01 would be one here. */
afterAll(async () => {
  const { rows } = await sql<{ deadlocks: string }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(servers[0].db)
  expect(Number(rows[0]?.deadlocks)).toBe(0)
})

let turn = 0
/** One server, then the other. */
const either = () => servers[turn++ % 2 === 0 ? 0 : 1]
const people = (count: number) => Promise.all(Array.from({ length: count }, () => servers[0].person()))
const book = (sessionId: string, who: Person, body: BookWish = {}) =>
  either().api(bookingRoutes.book, { params: { id: sessionId }, body }, who)
const cancel = (bookingId: string, who: Person) =>
  either().api(bookingRoutes.cancel, { params: { id: bookingId } }, who)
const count = (came: string[], outcome: string) => came.filter((one) => one === outcome).length

const seatsOf = async (sessionId: string) =>
  servers[0].db
    .selectFrom('booking')
    .select(['seat', 'learner_id', 'status', 'purchase_id'])
    .where('session_id', '=', sessionId)
    .where('seat', 'is not', null)
    .execute()

test('gives the last seat to one of two hundred people who ask at once', async () => {
  const sessionId = await seats.session({ price_paise: 0, capacity: 1 })
  const racers = await people(200)
  const came = await outcomes(racers.map((who) => book(sessionId, who)))
  expect(count(came, 'ok')).toBe(1)
  expect(count(came, 'session-full')).toBe(199)
  expect(await seatsOf(sessionId)).toHaveLength(1)
})

test('takes one seat for twenty clicks without a key', async () => {
  const sessionId = await seats.session()
  const [who] = await people(1)
  const came = await outcomes(Array.from({ length: 20 }, () => book(sessionId, who!)))
  expect([count(came, 'ok'), count(came, 'already-booked')]).toEqual([1, 19])
  expect(await seatsOf(sessionId)).toHaveLength(1)
})

test('fills the last three seats with whole groups: nobody gets half of what they asked for', async () => {
  const sessionId = await seats.session({ price_paise: 0, capacity: 5 })
  const racers = await people(20)
  const guests = (i: number) => [`a${i}@peerlearn.test`, `b${i}@peerlearn.test`]
  const came = await outcomes(
    racers.map((who, i) => book(sessionId, who, { self: false, guests: guests(i) })),
  )
  expect(count(came, 'ok')).toBe(2)
  expect(count(came, 'session-full')).toBe(18)
  expect(await seatsOf(sessionId)).toHaveLength(4)
})

test('cancels and books at once: as many seats as there are, however they cross', async () => {
  const sessionId = await seats.session({ price_paise: 0, capacity: 10 })
  const [holders, racers] = [await people(10), await people(30)]
  const held = await Promise.all(holders.map((who) => book(sessionId, who)))
  const asked = [
    ...holders.map((who, i) => cancel(held[i]!.id, who)),
    ...racers.map((who) => book(sessionId, who)),
  ]
  const came = await outcomes(asked.toSorted(() => Math.random() - 0.5))
  expect(new Set(came).difference(new Set(['ok', 'session-full']))).toEqual(new Set())
  expect(await seatsOf(sessionId)).toHaveLength(count(came, 'ok') - 10)
})

test('pays and expires at once: a seat or nothing, and of one seat never two owners', async () => {
  for (let round = 0; round < 10; round++) {
    const sessionId = await seats.session({ capacity: 1 })
    const [slow, quick] = await people(2)
    const held = await book(sessionId, slow!)
    await runOut(servers[0], held.id)
    const [paid, , , taken] = await Promise.allSettled([
      pay(servers[0], held.purchaseId),
      servers[0].app.sweep(),
      servers[1].app.sweep(),
      book(sessionId, quick!),
      pay(servers[1], held.purchaseId),
    ])
    const seated = await pay(servers[0], held.purchaseId)
    const [seat, ...more] = await seatsOf(sessionId)
    expect(more).toEqual([])
    expect(paid.status).toBe('fulfilled')
    expect(seated).toBe(seat?.learner_id === slow!.userId && seat.status === 'confirmed')
    expect(taken.status).toBe(seat?.learner_id === quick!.userId ? 'fulfilled' : 'rejected')
  }
})

test('offers a freed seat to who waits, never to one of thirty passers-by', async () => {
  const sessionId = await seats.session({ price_paise: 0, capacity: 3 })
  const [holders, queue, passersBy] = [await people(3), await people(5), await people(30)]
  const held = await Promise.all(holders.map((who) => book(sessionId, who)))
  for (const who of queue)
    await either().api(waitlistRoutes.join, { params: { id: sessionId }, body: {} }, who)
  const came = await outcomes([
    ...passersBy.slice(0, 15).map((who) => book(sessionId, who)),
    ...holders.map((who, i) => cancel(held[i]!.id, who)),
    ...passersBy.slice(15).map((who) => book(sessionId, who)),
  ])
  expect(count(came, 'ok')).toBe(3)
  const offered = (await seatsOf(sessionId)).map((seat) => seat.learner_id)
  expect(offered.toSorted()).toEqual(
    queue
      .slice(0, 3)
      .map((who) => who.userId)
      .toSorted(),
  )
})

test('moves and books at once: no seat twice, no money lost', async () => {
  const [from, to] = [
    await seats.session({ capacity: 5 }),
    await seats.session({ capacity: 5, price_paise: 6_000 }),
  ]
  const [movers, racers] = [await people(5), await people(10)]
  const held = await Promise.all(movers.map((who) => book(from, who)))
  for (const seat of held) await pay(servers[0], seat.purchaseId)
  const back = (i: number) => ({ params: { id: held[i]!.id }, body: { sessionId: to } })
  const came = await outcomes([
    ...movers.map((who, i) => either().api(bookingRoutes.move, back(i), who)),
    ...racers.map((who) => book(to, who)),
    ...racers.map((who) => book(from, who)),
  ])
  expect(new Set(came).difference(new Set(['ok', 'session-full']))).toEqual(new Set())
  expect(await seatsOf(to)).toHaveLength(5)
  const moved = came.slice(0, 5)
  for (const [i, seat] of held.entries())
    expect(await refunds(servers[0], seat.purchaseId)).toEqual(moved[i] === 'ok' ? [4_000] : [])
})

test('moves to and fro between two sessions at once without a deadlock', async () => {
  // Room for all of them in each: the moves may all come from one side first.
  const [a, b] = [
    await seats.session({ price_paise: 0, capacity: 16 }),
    await seats.session({ price_paise: 0, capacity: 16 }),
  ]
  const movers = await people(16)
  const held = await Promise.all(movers.map((who, i) => book(i % 2 ? a : b, who)))
  const came = await outcomes(
    movers.map((who, i) =>
      either().api(
        bookingRoutes.move,
        { params: { id: held[i]!.id }, body: { sessionId: i % 2 ? b : a } },
        who,
      ),
    ),
  )
  expect(count(came, 'ok')).toBe(16)
  expect((await seatsOf(a)).length + (await seatsOf(b)).length).toBe(16)
})

test('cancels a session while people book, pay, wait and move: everybody’s money comes back once', async () => {
  const [sessionId, other] = [await seats.session({ capacity: 8 }), await seats.session()]
  const [payers, racers] = [await people(6), await people(10)]
  const held = await Promise.all(payers.map((who) => book(sessionId, who)))
  for (const seat of held.slice(0, 4)) await pay(servers[0], seat.purchaseId)
  await outcomes([
    ...racers.map((who) => book(sessionId, who)),
    ...held.slice(4).map((seat) => pay(either(), seat.purchaseId)),
    cancel(held[0]!.id, payers[0]!),
    either().api(bookingRoutes.move, { params: { id: held[1]!.id }, body: { sessionId: other } }, payers[1]),
    either().api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor),
    ...racers.map((who) => either().api(waitlistRoutes.join, { params: { id: sessionId }, body: {} }, who)),
  ])
  expect(await seatsOf(sessionId)).toEqual([])
  const kept = (await seatsOf(other)).map((seat) => seat.purchase_id)
  for (const seat of held.slice(0, 4))
    expect(await refunds(servers[0], seat.purchaseId)).toEqual(kept.includes(seat.purchaseId) ? [] : [10_000])
})
