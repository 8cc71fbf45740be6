/** Coupons: what they take off, whom they are refused, and how their uses are counted. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { couponRoutes } from '@peerlearn/contract/coupons'
import { beforeAll, expect, test } from 'vitest'
import type { Person, TestServer } from './harness.ts'
import { openDesk, outcomes, pay, refunds, runOut, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person
let seats: Desk
beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
})

const refused = (words: string) => ({
  code: 'coupon-refused',
  message: expect.stringContaining(words) as string,
})

test('shows price, discount and what is to pay before it is taken, and takes just that', async () => {
  const learner = await server.person()
  const sessionId = await seats.session()
  const { code } = await seats.coupon({ percent: 15 })
  const query = { seats: 2, coupon: code.toLowerCase() }
  const quote = await server.api(bookingRoutes.quote, { params: { id: sessionId }, query }, learner)
  expect(quote).toEqual({ listPaise: 20_000, discountPaise: 3_000, amountPaise: 17_000, couponCode: code })
  const held = await seats.book(sessionId, learner, { coupon: code, guests: ['friend@peerlearn.test'] })
  const purchase = await server.api(bookingRoutes.purchase, { params: { id: held.purchaseId! } }, learner)
  expect(purchase).toMatchObject({
    listPaise: 20_000,
    discountPaise: 3_000,
    amountPaise: 17_000,
    couponCode: code,
  })
  await pay(server, held.purchaseId)
  await seats.cancel(held.id, learner)
  expect(await refunds(server, held.purchaseId)).toEqual([8_500])
})

test('lists a held seat with what is to be paid, less its coupon, and nothing as due any more once it is paid', async () => {
  const [learner, friend] = [await server.person(), await server.person()]
  const { code } = await seats.coupon({ percent: 15 })
  const email = 'due@peerlearn.test'
  const held = await seats.book(await seats.session(), learner, { coupon: code, guests: [email] })
  const due = async (who = learner) =>
    (await server.api(bookingRoutes.mine, {}, who)).items.map((item) => item.due)
  // Its own row and its guest's: they are paid together.
  expect(await due()).toEqual(Array(2).fill({ amountPaise: 17_000, seats: 2 }))
  await pay(server, held.purchaseId)
  expect(await due()).toEqual([null, null])
  await server.db
    .updateTable('booking')
    .set({ learner_id: friend.userId })
    .where('guest_email', '=', email)
    .execute()
  expect(await due(friend)).toEqual([null])
  const lost = await seats.book(await seats.session(), friend)
  await runOut(server, lost.id)
  expect(await due(friend)).toEqual([null, null])
})

test('confirms at once when a coupon leaves nothing to pay, or less than anybody can pay', async () => {
  const learner = await server.person()
  const whole = await seats.coupon({ percent: 100 })
  expect(await seats.book(await seats.session(), learner, { coupon: whole.code })).toMatchObject({
    status: 'confirmed',
    paidPaise: 0,
  })
  const almost = await seats.coupon({ amountPaise: 9_950 })
  expect(await seats.book(await seats.session(), learner, { coupon: almost.code })).toMatchObject({
    status: 'confirmed',
  })
})

test('refuses a coupon of another mentor or session, one that is over, and one that is used up', async () => {
  const learner = await server.person()
  const [here, there] = [await seats.session(), await seats.session()]
  const bound = await seats.coupon({ percent: 10, sessionId: there })
  const over = await seats.coupon({ percent: 10, validUntil: new Date(Date.now() - 1_000).toISOString() })
  const once = await seats.coupon({ percent: 10, maxUses: 1 })
  const ended = await seats.coupon({ percent: 10 })
  await server.api(couponRoutes.end, { params: { id: ended.id } }, mentor)
  await expect(seats.book(here, learner, { coupon: 'NOBODYS' })).rejects.toMatchObject(
    refused('not one of this'),
  )
  await expect(seats.book(here, learner, { coupon: ended.code })).rejects.toMatchObject(
    refused('not one of this'),
  )
  await expect(seats.book(here, learner, { coupon: bound.code })).rejects.toMatchObject(
    refused('another session'),
  )
  await expect(seats.book(here, learner, { coupon: over.code })).rejects.toMatchObject(
    refused('no longer valid'),
  )
  await seats.book(here, learner, { coupon: once.code })
  await expect(seats.book(there, learner, { coupon: once.code })).rejects.toMatchObject(refused('used up'))
  await expect(seats.coupon({ code: once.code, percent: 5 })).rejects.toMatchObject({ code: 'bad-input' })
})

test('gives the use of a coupon back when the hold runs out or is dropped, and takes it again when the money comes late', async () => {
  const learner = await server.person()
  const sessionId = await seats.session()
  const { code } = await seats.coupon({ percent: 50, maxUses: 1 })
  const held = await seats.book(sessionId, learner, { coupon: code })
  expect(await seats.usesOf(code)).toBe(1)
  await runOut(server, held.id)
  await server.app.sweep()
  expect(await seats.usesOf(code)).toBe(0)
  expect(await pay(server, held.purchaseId)).toBe(true)
  expect(await seats.usesOf(code)).toBe(1)
  const other = await seats.coupon({ percent: 50 })
  const dropped = await seats.book(await seats.session(), learner, { coupon: other.code })
  await seats.cancel(dropped.id, learner)
  expect(await seats.usesOf(other.code)).toBe(0)
  expect(await pay(server, dropped.purchaseId)).toBe(false)
})

test('counts a coupon right when fifty people use the last three at once', async () => {
  const { code } = await seats.coupon({ percent: 50, maxUses: 3 })
  const sessionId = await seats.session({ capacity: 50 })
  const people = await Promise.all(Array.from({ length: 30 }, () => server.person()))
  const came = await outcomes(people.map((who) => seats.book(sessionId, who, { coupon: code })))
  expect(came.filter((outcome) => outcome === 'ok')).toHaveLength(3)
  expect(new Set(came)).toEqual(new Set(['ok', 'coupon-refused']))
  expect(await seats.usesOf(code)).toBe(3)
})
