import { bookingRoutes } from '@peerlearn/contract/bookings'
import { couponRoutes } from '@peerlearn/contract/coupons'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { waitlistRoutes } from '@peerlearn/contract/waitlist'
import { beforeAll, expect, test } from 'vitest'
import { eventually, type Person, type TestServer } from './harness.ts'
import { desk, openDesk, outcomes, pay, runOut, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person
let seats: Desk
beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
})

const people = (count: number) => Promise.all(Array.from({ length: count }, () => server.person()))
const full = async (price_paise = 0) => {
  const sessionId = await seats.session({ capacity: 1, price_paise })
  const [holder, ...rest] = await people(4)
  const seat = await seats.book(sessionId, holder!)
  if (price_paise) await pay(server, seat.purchaseId)
  return { sessionId, holder: holder!, seat, rest }
}
const seen = (sessionId: string, who: Person) =>
  server.api(sessionRoutes.get, { params: { id: sessionId } }, who)
const titles = async (who: Person) =>
  (await server.api(notificationRoutes.notifications, { query: {} }, who)).items.map((note) => note.title)

test('queues people in order of asking, once each, and tells their place', async () => {
  const { sessionId, holder, rest } = await full()
  const [one, two] = rest
  expect(await seats.wait(sessionId, one!)).toEqual({ status: 'waiting', place: 1, offeredUntil: null })
  expect(await seats.wait(sessionId, two!)).toMatchObject({ place: 2 })
  expect(await seats.wait(sessionId, one!)).toMatchObject({ place: 1 })
  await expect(seats.wait(sessionId, holder)).rejects.toMatchObject({ code: 'already-booked' })
  await expect(seats.wait(sessionId, mentor)).rejects.toMatchObject({ code: 'own-session' })
  await expect(seats.wait(await seats.session(), one!)).rejects.toMatchObject({ code: 'seats-free' })
  await seats.leave(sessionId, one!)
  expect(await seen(sessionId, two!)).toMatchObject({ waiting: { place: 1 }, waitingCount: 1 })
})

test('lists where somebody waits and how many are before them, until it is their turn or they leave', async () => {
  const [soon, later] = [await full(), await full()]
  const me = soon.rest[0]!
  await seats.wait(soon.sessionId, soon.rest[1]!)
  await seats.wait(later.sessionId, me)
  await seats.wait(soon.sessionId, me)
  const places = async () => (await server.api(waitlistRoutes.mine, {}, me)).items
  const [first, second, ...others] = await places()
  expect(first).toEqual({
    sessionId: soon.sessionId,
    title: 'Reading a balance sheet',
    mentorName: mentor.name,
    startsAt: expect.any(String) as string,
    durationMinutes: 60,
    place: 2,
  })
  expect(second).toMatchObject({ sessionId: later.sessionId, place: 1 })
  expect(others).toEqual([])
  await seats.cancel(later.seat.id, later.holder)
  await seats.leave(soon.sessionId, soon.rest[1]!)
  expect(await places()).toMatchObject([{ sessionId: soon.sessionId, place: 1 }])
  // The seat that is kept for them is a booking from now on.
  const { items } = await server.api(bookingRoutes.mine, {}, me)
  expect(items).toMatchObject([{ booking: { sessionId: later.sessionId, status: 'held' }, due: null }])
  await seats.leave(soon.sessionId, me)
  expect(await places()).toEqual([])
})

test('offers a freed seat to the first for half an hour, in the app and by mail; a passer-by does not get it', async () => {
  const { sessionId, holder, seat, rest } = await full()
  const [first, second, passerBy] = rest
  await seats.wait(sessionId, first!)
  await seats.wait(sessionId, second!)
  await seats.cancel(seat.id, holder)
  const { waiting } = await seen(sessionId, first!)
  expect(waiting?.status).toBe('offered')
  const minutes = (Date.parse(waiting!.offeredUntil!) - Date.now()) / 60_000
  expect(minutes).toBeGreaterThan(29)
  expect(minutes).toBeLessThanOrEqual(30)
  expect(await titles(first!)).toContain('A seat is free for you')
  await eventually(async () => {
    const mail = server.db.selectFrom('mail').select('subject').where('recipient', '=', first!.email)
    expect((await mail.execute()).map((one) => one.subject)).toContain('A seat is free for you')
  })
  await expect(seats.book(sessionId, passerBy!)).rejects.toMatchObject({ code: 'session-full' })
  await expect(seats.accept(sessionId, second!)).rejects.toMatchObject({ code: 'no-offer' })
  expect(await seats.accept(sessionId, first!)).toMatchObject({ status: 'confirmed' })
  expect(await seen(sessionId, first!)).toMatchObject({ waiting: null, booking: { status: 'confirmed' } })
})

test('goes on to the next when an offer is refused or not answered', async () => {
  const { sessionId, holder, seat, rest } = await full()
  for (const who of rest) await seats.wait(sessionId, who)
  await seats.cancel(seat.id, holder)
  await seats.leave(sessionId, rest[0]!)
  const offer = await seen(sessionId, rest[1]!)
  expect(offer.waiting?.status).toBe('offered')
  await runOut(server, offer.booking!.id)
  await expect(seats.accept(sessionId, rest[1]!)).rejects.toMatchObject({ code: 'no-offer' })
  await server.app.sweep()
  expect((await seen(sessionId, rest[2]!)).waiting?.status).toBe('offered')
  expect(await titles(rest[1]!)).toContain('The seat went to the next')
  expect(await seats.accept(sessionId, rest[2]!)).toMatchObject({ status: 'confirmed' })
})

test('is paid within the offer like any held seat; unpaid, it goes to the next', async () => {
  const { sessionId, holder, seat, rest } = await full(10_000)
  const [first, second] = rest
  await seats.wait(sessionId, first!)
  await seats.wait(sessionId, second!)
  await seats.cancel(seat.id, holder)
  const held = await seats.accept(sessionId, first!)
  expect(held).toMatchObject({ status: 'held', purchaseId: expect.any(String) as string })
  expect((await seats.accept(sessionId, first!)).purchaseId).toBe(held.purchaseId)
  await runOut(server, held.id)
  await server.app.sweep()
  const next = await seats.accept(sessionId, second!)
  expect(await pay(server, next.purchaseId)).toBe(true)
  expect(await pay(server, held.purchaseId)).toBe(false)
  expect(await seen(sessionId, second!)).toMatchObject({ waiting: null, booking: { status: 'confirmed' } })
})

test('refuses another coupon or a pack for an offered seat that was taken with money, and says how to go on', async () => {
  const { sessionId, holder, seat, rest } = await full(10_000)
  const first = rest[0]!
  const body = { percent: 50, amountPaise: null, sessionId: null, maxUses: null, validUntil: null }
  for (const code of ['HALF', 'HALF-TOO'])
    await server.api(couponRoutes.make, { body: { ...body, code } }, mentor)
  const packId = await seats.pack(first)
  await seats.wait(sessionId, first)
  await seats.cancel(seat.id, holder)
  const taken = await seats.accept(sessionId, first, { coupon: 'HALF' })
  expect(await seats.accept(sessionId, first, { coupon: 'half' })).toEqual(taken)
  expect(await seats.accept(sessionId, first)).toEqual(taken)
  const words = { message: expect.stringContaining('taken this seat already') as string }
  await expect(seats.accept(sessionId, first, { coupon: 'HALF-TOO' })).rejects.toMatchObject({
    code: 'coupon-refused',
    ...words,
  })
  await expect(seats.accept(sessionId, first, { packId })).rejects.toMatchObject({
    code: 'pack-empty',
    ...words,
  })
  const { amount_paise } = await server.db
    .selectFrom('purchase')
    .select('amount_paise')
    .where('id', '=', taken.purchaseId)
    .executeTakeFirstOrThrow()
  expect(amount_paise).toBe(5_000)
})

test('keeps an offered seat though booking closes before it is taken', async () => {
  const { sessionId, holder, seat, rest } = await full()
  await seats.wait(sessionId, rest[0]!)
  await seats.cancel(seat.id, holder)
  await server.db
    .updateTable('session')
    .set({ booking_closes_minutes: 20_000 })
    .where('id', '=', sessionId)
    .execute()
  expect(await seats.accept(sessionId, rest[0]!)).toMatchObject({ status: 'confirmed' })
})

test('tells the mentor nothing of an offered seat that is let go: they never heard of it', async () => {
  const { sessionId, holder, seat, rest } = await full()
  await seats.wait(sessionId, rest[0]!)
  await seats.cancel(seat.id, holder)
  const before = (await titles(mentor)).length
  await seats.leave(sessionId, rest[0]!)
  expect(await titles(mentor)).toHaveLength(before)
})

test('takes an offered seat with a credit of a pack', async () => {
  const { sessionId, holder, seat, rest } = await full(10_000)
  const packId = await seats.pack(rest[0]!)
  await seats.wait(sessionId, rest[0]!)
  await seats.cancel(seat.id, holder)
  expect(await seats.accept(sessionId, rest[0]!, { packId })).toMatchObject({ status: 'confirmed', packId })
})

test('offers seats that a larger capacity brings, and passes by who is in another class by then', async () => {
  const { sessionId, rest } = await full()
  for (const who of rest) await seats.wait(sessionId, who)
  const { session } = await seen(sessionId, rest[0]!)
  const other = await desk(server, await server.person({ roles: ['mentor'] })).session({
    starts_at: new Date(session.startsAt),
    price_paise: 0,
  })
  await seats.book(other, rest[0]!)
  await server.api(sessionRoutes.change, { params: { id: sessionId }, body: { capacity: 2 } }, mentor)
  expect((await seen(sessionId, rest[0]!)).waiting).toBeNull()
  expect(await titles(rest[0]!)).toContain('You are no longer on the waitlist')
  expect((await seen(sessionId, rest[1]!)).waiting?.status).toBe('offered')
})

test('tells those who wait when the session is cancelled, and waits no longer', async () => {
  const { sessionId, rest } = await full()
  await seats.wait(sessionId, rest[0]!)
  await server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor)
  expect(await titles(rest[0]!)).toContain('A session was cancelled')
  expect(await seen(sessionId, rest[0]!)).toMatchObject({ waiting: null, waitingCount: 0 })
})

test('keeps everybody’s place when ten ask and two leave at once', async () => {
  const { sessionId } = await full()
  const queue = await people(10)
  expect(new Set(await outcomes(queue.map((who) => seats.wait(sessionId, who))))).toEqual(new Set(['ok']))
  await Promise.all(queue.slice(0, 2).map((who) => seats.leave(sessionId, who)))
  const places = await Promise.all(
    queue.slice(2).map(async (who) => (await seen(sessionId, who)).waiting!.place),
  )
  expect(places.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})
