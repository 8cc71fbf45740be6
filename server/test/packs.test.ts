/** Packs: seats for credits, credits that come back, and the money of both. */
import { ownDataRoutes } from '@peerlearn/contract/own-data'
import { packRoutes } from '@peerlearn/contract/packs'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import { createReturnCredits } from '../src/bookings/release.ts'
import { createDecideRefund } from '../src/payments/refunds.ts'
import type { Person, TestServer } from './harness.ts'
import { desk, openDesk, pay, refunds, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person
let seats: Desk
beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
})

test('books with a credit of a pack at once, until it is used up; the worth of all seats is the price of the pack', async () => {
  const learner = await server.person()
  const packId = await seats.pack(learner, { credits: 3, pricePaise: 25_000 })
  const booked = []
  for (let i = 0; i < 3; i++) booked.push(await seats.book(await seats.session(), learner, { packId }))
  expect(booked.map((seat) => [seat.status, seat.paidPaise])).toEqual([
    ['confirmed', 8_333],
    ['confirmed', 8_333],
    ['confirmed', 8_334],
  ])
  expect(await seats.left(packId, learner)).toBe(0)
  await expect(seats.book(await seats.session(), learner, { packId })).rejects.toMatchObject({
    code: 'pack-empty',
  })
})

test('gives the credit back of a seat that is given back in time, and keeps it of one that is not', async () => {
  const learner = await server.person()
  const packId = await seats.pack(learner)
  const early = await seats.book(await seats.session(), learner, { packId })
  expect(await seats.terms(early.id, learner)).toMatchObject({ creditBack: true, refundPaise: 0 })
  await seats.cancel(early.id, learner)
  expect(await seats.left(packId, learner)).toBe(3)
  const soon = new Date(Date.now() + 3_600_000)
  const late = await seats.book(await seats.session({ starts_at: soon }), learner, { packId })
  expect(await seats.terms(late.id, learner)).toMatchObject({ creditBack: false })
  await seats.cancel(late.id, learner)
  expect(await seats.left(packId, learner)).toBe(2)
})

test('gives every credit back of a session that does not take place, though the pack ran out meanwhile', async () => {
  const learner = await server.person()
  const packId = await seats.pack(learner)
  const soon = new Date(Date.now() + 3_600_000)
  const [kept, late] = [await seats.session(), await seats.session({ starts_at: soon })]
  await seats.book(kept, learner, { packId })
  const { id } = await seats.book(late, learner, { packId })
  await seats.cancel(id, learner)
  await server.db
    .updateTable('pack')
    .set({ expires_at: new Date(0) })
    .where('id', '=', packId)
    .execute()
  for (const sessionId of [kept, late])
    await server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor)
  const told = await server.db
    .selectFrom('notification')
    .select('message')
    .where('account_id', '=', learner.userId)
    .where('title', '=', 'A session was cancelled')
    .execute()
  expect(told.map(({ message }) => message)).toEqual([
    expect.stringMatching(/will not take place\. Your credit comes back\.$/),
  ])
  const [pack] = (await server.api(packRoutes.mine, {}, learner)).items
  expect(pack).toMatchObject({ left: 3, expired: false })
  expect(await seats.book(await seats.session(), learner, { packId })).toMatchObject({ status: 'confirmed' })
})

test('refuses a pack of another mentor, of another person, and one that has expired', async () => {
  const [learner, other] = [await server.person(), await server.person()]
  const stranger = await server.person({ roles: ['mentor'] })
  const packId = await seats.pack(learner)
  const sessionId = await desk(server, stranger).session()
  await expect(seats.book(sessionId, learner, { packId })).rejects.toMatchObject({ code: 'pack-empty' })
  await expect(seats.book(await seats.session(), other, { packId })).rejects.toMatchObject({
    code: 'pack-empty',
  })
  await server.db
    .updateTable('pack')
    .set({ expires_at: new Date(0) })
    .where('id', '=', packId)
    .execute()
  await expect(seats.book(await seats.session(), learner, { packId })).rejects.toMatchObject({
    message: expect.stringContaining('expired') as string,
  })
})

test('gives back in money what was missed of a class that a pack paid', async () => {
  const learner = await server.person()
  const packId = await seats.pack(learner)
  const sessionId = await seats.session()
  await seats.book(sessionId, learner, { packId })
  const pack = server.db.selectFrom('pack').select('purchase_id').where('id', '=', packId)
  const { purchase_id } = await pack.executeTakeFirstOrThrow()
  const judged = createReturnCredits({ decideRefund: createDecideRefund(server.app.jobs) })
  const judge = (refundBasisPoints: number, givenBasisPoints: number) =>
    server.db
      .transaction()
      .execute((trx) => judged(trx, { sessionId, verdict: { refundBasisPoints, givenBasisPoints } }))
  await judge(5_000, 0)
  expect(await refunds(server, purchase_id)).toEqual([4_166])
  // Looked at again, all of it: the rest comes as money too, and the credit stays used.
  await judge(10_000, 5_000)
  expect(await refunds(server, purchase_id)).toEqual([4_166, 4_167])
  expect(await seats.left(packId, learner)).toBe(2)
  expect(await seats.book(await seats.session(), learner, { packId })).toMatchObject({ status: 'confirmed' })
})

test('neither offers nor books with a pack whose money was given back', async () => {
  const learner = await server.person()
  const packId = await seats.pack(learner)
  await seats.book(await seats.session(), learner, { packId })
  const { id } = await server.db
    .selectFrom('pack')
    .innerJoin('payment', 'payment.purchase_id', 'pack.purchase_id')
    .select('payment.id')
    .where('pack.id', '=', packId)
    .executeTakeFirstOrThrow()
  const admin = await server.person({ roles: ['admin'] })
  const body = { paymentId: id, amountPaise: 16_667, reason: 'The mentor has left.' }
  const part = { ...body, amountPaise: 1_000 }
  await server.api(paymentRoutes.refund, { body: part }, admin)
  expect((await server.api(packRoutes.mine, {}, learner)).items).toMatchObject([{ left: 2, refunded: false }])
  const rest = { ...body, amountPaise: body.amountPaise - part.amountPaise }
  await server.api(paymentRoutes.refund, { body: rest }, admin)
  expect((await server.api(packRoutes.mine, {}, learner)).items).toMatchObject([{ left: 0, refunded: true }])
  await expect(seats.book(await seats.session(), learner, { packId })).rejects.toMatchObject({
    code: 'pack-empty',
    message: expect.stringContaining('was given back') as string,
  })
})

test('a pack whose money was given back by hand no longer keeps its mentor from being erased', async () => {
  const [learner, admin] = [await server.person(), await server.person({ roles: ['admin'] })]
  const leaving = await server.person({ roles: ['mentor'] })
  const packId = await desk(server, leaving).pack(learner)
  const { purchase_id } = await server.db
    .selectFrom('pack')
    .select('purchase_id')
    .where('id', '=', packId)
    .executeTakeFirstOrThrow()
  const giveBack = (amountPaise: number) =>
    server.api(
      paymentRoutes.refund,
      { body: { purchaseId: purchase_id, amountPaise, reason: 'They leave.' } },
      admin,
    )
  const erase = () =>
    server.api(ownDataRoutes.eraseMine, { body: { word: 'ERASE', password: leaving.password } }, leaving)
  await giveBack(20_000)
  const hold = { code: 'erase-blocked', message: expect.stringContaining('hold packs of yours') as string }
  await expect(erase()).rejects.toMatchObject(hold)
  await giveBack(5_000)
  await erase()
})

test('sells a pack once for a double click, and not after its offer has ended', async () => {
  const learner = await server.person()
  const body = { title: 'Five sessions', credits: 5, pricePaise: 40_000, validDays: 60 }
  const offer = await server.api(packRoutes.offer, { body }, mentor)
  const buy = () => server.api(packRoutes.buy, { params: { id: offer.id }, body: {} }, learner)
  const [one, two] = await Promise.all([buy(), buy()])
  expect(one).toEqual(two)
  expect(one).toMatchObject({ amountPaise: 40_000, sessionId: null, title: 'Five sessions', refund: null })
  await server.api(packRoutes.endOffer, { params: { id: offer.id } }, mentor)
  await expect(buy()).rejects.toMatchObject({ code: 'not-found' })
  // Money that was on its way still buys it.
  expect(await pay(server, one.id)).toBe(true)
  expect(await pay(server, one.id)).toBe(true)
  const { items } = await server.api(packRoutes.mine, {}, learner)
  expect(items).toMatchObject([{ title: 'Five sessions', credits: 5, left: 5, expired: false }])
})

test('gives everything back when the mentor cancels: money, credits, coupons', async () => {
  const [paid, held, packed] = [await server.person(), await server.person(), await server.person()]
  const [sessionId, other] = [await seats.session(), await seats.session()]
  const [{ code }, free] = [
    await seats.coupon({ percent: 10, maxUses: 1 }),
    await seats.coupon({ percent: 100 }),
  ]
  const packId = await seats.pack(packed)
  const seat = await seats.book(sessionId, paid)
  const two = { coupon: free.code, guests: ['another@peerlearn.test'] }
  const invited = await seats.book(sessionId, await server.person(), two)
  const mover = await server.person()
  const moved = await seats.book(sessionId, mover, { ...two, guests: ['third@peerlearn.test'] })
  await seats.move(moved.id, other, mover)
  expect(invited.status).toBe('confirmed')
  await pay(server, seat.purchaseId)
  const unpaid = await seats.book(sessionId, held, { coupon: code })
  await seats.book(sessionId, packed, { packId })
  await server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor)
  expect(await refunds(server, seat.purchaseId)).toEqual([10_000])
  expect(await seats.left(packId, packed)).toBe(3)
  expect(await seats.usesOf(code)).toBe(0)
  // One seat of the second purchase takes place elsewhere.
  expect(await seats.usesOf(free.code)).toBe(1)
  expect(await pay(server, unpaid.purchaseId)).toBe(false)
})
