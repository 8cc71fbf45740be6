import { bookingRoutes } from '@peerlearn/contract/bookings'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import type { Person, TestServer } from './harness.ts'
import { desk, openDesk, pay, refunds, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person
let seats: Desk
beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
})

/** Far from all others: the policy's hours are counted to these starts. */
let days = 400
const inHours = (hours: number) => ({ starts_at: new Date(Date.now() + hours * 3_600_000) })
const paidSeat = async (wish: Parameters<Desk['session']>[0] = {}) => {
  const learner = await server.person()
  const sessionId = await seats.session(wish)
  const seat = await seats.book(sessionId, learner)
  await pay(server, seat.purchaseId)
  return { learner, sessionId, seat }
}

test.each([
  ['all of it', 25, 10_000, 10_000],
  ['half of it', 23, 5_000, 5_000],
  ['nothing', 1, 0, 0],
])(
  'says what comes back before it is done, and gives just that: %s',
  async (_, hours, basisPoints, refundPaise) => {
    const { learner, seat } = await paidSeat(inHours(hours))
    const terms = await seats.terms(seat.id, learner)
    expect(terms).toMatchObject({
      basisPoints,
      refundPaise,
      paidPaise: 10_000,
      refund: { fullHours: 24, halfHours: 2 },
    })
    expect(await seats.cancel(seat.id, learner)).toMatchObject({
      status: 'cancelled',
      endedBecause: 'cancelled',
    })
    await seats.cancel(seat.id, learner)
    expect(await refunds(server, seat.purchaseId)).toEqual(refundPaise ? [refundPaise] : [])
  },
)

test('says what is left to come back, and gives just that, after an admin gave a part back by hand', async () => {
  const learner = await server.person()
  const cheaper = await seats.session({ price_paise: 1_000 })
  const first = await seats.book(await seats.session(), learner, { guests: ['friend@peerlearn.test'] })
  await pay(server, first.purchaseId)
  const ids = await server.db
    .selectFrom('booking')
    .select('id')
    .where('purchase_id', '=', first.purchaseId)
    .execute()
  const last = ids.find(({ id }) => id !== first.id)!.id
  await seats.cancel(first.id, learner)
  const body = { purchaseId: first.purchaseId!, amountPaise: 2_500, reason: 'The sound was bad.' }
  await server.api(paymentRoutes.refund, { body }, await server.person({ roles: ['admin'] }))
  const { items } = await server.api(bookingRoutes.moveTargets, { params: { id: last } }, learner)
  expect(items.find(({ sessionId }) => sessionId === cheaper)).toMatchObject({ refundPaise: 7_500 })
  const { refundPaise } = await seats.terms(last, learner)
  expect(refundPaise).toBe(7_500)
  await seats.cancel(last, learner)
  expect(await refunds(server, first.purchaseId)).toEqual([10_000, 2_500, refundPaise])
})

test('does not let a paid seat go for nothing once its time has come and the mentor has not', async () => {
  const { learner, seat, sessionId } = await paidSeat(inHours(3))
  await server.db.updateTable('session').set(inHours(-0.1)).where('id', '=', sessionId).execute()
  await expect(seats.cancel(seat.id, learner)).rejects.toMatchObject({ code: 'session-started' })
  expect(await refunds(server, seat.purchaseId)).toEqual([])
})

test('follows the session’s own policy', async () => {
  const { learner, seat } = await paidSeat({ ...inHours(50), refund_full_hours: 72, refund_half_hours: 48 })
  expect(await seats.terms(seat.id, learner)).toMatchObject({ refundPaise: 5_000, movable: false })
})

test('lets who booked leave without loss when the mentor moves the time, and keeps the policy that was promised', async () => {
  const { learner, seat, sessionId } = await paidSeat(inHours(26))
  const change = (body: object) =>
    server.api(sessionRoutes.change, { params: { id: sessionId }, body }, mentor)
  await change({ startsAt: inHours(13).starts_at.toISOString() })
  expect(await seats.terms(seat.id, learner)).toMatchObject({ refundPaise: 10_000 })
  const stricter = { refund: { fullHours: 48, halfHours: 2 } }
  await expect(change(stricter)).rejects.toMatchObject({ code: 'policy-promised' })
  await change({ refund: { fullHours: 12, halfHours: 2 } })
  await expect(change({ refund: { fullHours: 1, halfHours: 2 } })).rejects.toMatchObject({
    code: 'bad-input',
  })
})

test('promises money back of a class that moved to who paid money alone; a credit or the way back to the others', async () => {
  const [payer, guest, packed, idler] = await Promise.all([1, 2, 3, 4].map(() => server.person()))
  const [sessionId, free] = [await seats.session(inHours(90)), await seats.session({ price_paise: 0 })]
  const paid = await seats.book(sessionId, payer!, { guests: ['moves-along@peerlearn.test'] })
  await pay(server, paid.purchaseId)
  await server.db
    .updateTable('booking')
    .set({ learner_id: guest!.userId })
    .where('guest_email', '=', 'moves-along@peerlearn.test')
    .execute()
  await seats.book(sessionId, packed!, { packId: await seats.pack(packed!) })
  await seats.book(free, idler!)
  for (const id of [sessionId, free])
    await server.api(
      sessionRoutes.change,
      { params: { id }, body: { startsAt: inHours(24 * ++days).starts_at.toISOString() } },
      mentor,
    )
  const told = async ({ userId }: Person) =>
    server.db
      .selectFrom('notification')
      .select('message')
      .where('account_id', '=', userId)
      .where('title', '=', 'A session has moved')
      .execute()
  const ending = async (who: Person) => (await told(who)).map(({ message }) => message.split('suit you, ')[1])
  expect(await ending(payer!)).toEqual(['give your seat back: all that you paid for it comes back.'])
  expect(await ending(guest!)).toEqual([`give your seat back to ${payer!.name}, who bought it.`])
  expect(await ending(packed!)).toEqual(['give your seat back: its credit goes back to your pack.'])
  expect(await ending(idler!)).toEqual(['give your seat back, and somebody else can have it.'])
})

test('moves a seat to another session of the same mentor with its money, and gives the difference back', async () => {
  const { learner, seat, sessionId } = await paidSeat()
  const [cheaper, dearer] = [
    await seats.session({ price_paise: 6_000 }),
    await seats.session({ price_paise: 12_000 }),
  ]
  const foreign = await desk(server, await server.person({ roles: ['mentor'] })).session()
  const targets = await server.api(bookingRoutes.moveTargets, { params: { id: seat.id } }, learner)
  const offered = targets.items.map((target) => target.sessionId)
  expect(offered).toContain(cheaper)
  expect(offered).not.toContain(dearer)
  expect(offered).not.toContain(foreign)
  await expect(seats.move(seat.id, dearer, learner)).rejects.toMatchObject({
    code: 'move-refused',
    message: expect.stringContaining('give this one back') as string,
  })
  await expect(seats.move(seat.id, foreign, learner)).rejects.toMatchObject({ code: 'move-refused' })
  await expect(seats.move(seat.id, sessionId, learner)).rejects.toMatchObject({ code: 'move-refused' })
  const moved = await seats.move(seat.id, cheaper, learner)
  expect(moved).toMatchObject({
    sessionId: cheaper,
    status: 'confirmed',
    paidPaise: 6_000,
    purchaseId: seat.purchaseId,
  })
  expect(await refunds(server, seat.purchaseId)).toEqual([4_000])
  const before = await server.api(sessionRoutes.get, { params: { id: sessionId } }, learner)
  expect(before).toMatchObject({
    booking: { status: 'cancelled', endedBecause: 'moved' },
    session: { seatsLeft: 10 },
  })
  await seats.cancel(moved.id, learner)
  expect(await refunds(server, seat.purchaseId)).toEqual([4_000, 6_000])
})

test('refuses to move once all of the money no longer comes back, into a full session, and into a time that is taken', async () => {
  const late = await paidSeat(inHours(20))
  const target = await seats.session()
  await expect(seats.move(late.seat.id, target, late.learner)).rejects.toMatchObject({ code: 'move-refused' })
  const { learner, seat } = await paidSeat()
  const small = await seats.session({ capacity: 1, price_paise: 0 })
  await seats.book(small, await server.person())
  await expect(seats.move(seat.id, small, learner)).rejects.toMatchObject({ code: 'session-full' })
  const at = inHours(24 * ++days)
  const elsewhere = await desk(server, await server.person({ roles: ['mentor'] })).session({
    ...at,
    price_paise: 0,
  })
  await seats.book(elsewhere, learner)
  await expect(seats.move(seat.id, await seats.session(at), learner)).rejects.toMatchObject({
    code: 'time-conflict',
    details: { sessionId: elsewhere },
  })
})

test('moves a seat of a pack to any session, and its credit comes back from there', async () => {
  const learner = await server.person()
  const packId = await seats.pack(learner)
  const seat = await seats.book(await seats.session(), learner, { packId })
  const moved = await seats.move(seat.id, await seats.session({ price_paise: 90_000 }), learner)
  expect(moved).toMatchObject({ packId, paidPaise: 8_333 })
  await seats.cancel(moved.id, learner)
  const { used } = await server.db
    .selectFrom('pack')
    .select('used')
    .where('id', '=', packId)
    .executeTakeFirstOrThrow()
  expect(used).toBe(0)
})
