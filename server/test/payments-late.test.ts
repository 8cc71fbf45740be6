/** Money that comes after the hold: the seats, or the money back within a minute; never both, never neither. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { packRoutes } from '@peerlearn/contract/packs'
import { beforeAll, expect, test } from 'vitest'
import { newSession } from './factories.ts'
import { eventually } from './harness.ts'
import { openShop, type Held, type Shop } from './payments-shop.ts'

let shop: Shop
/** Events are kept back until the test lets them go. */
beforeAll(async () => {
  shop = await openShop({ misbehaviour: { webhooks: { hold: true, copies: 2 } } })
})

const limitMs = 60_000

async function paidLate(held: Held): Promise<string> {
  const { orderId } = await shop.order(held.purchaseId, held.learner)
  const { razorpay_payment_id: id } = await shop.pay(orderId)
  await shop.runOut(held.purchaseId)
  await shop.server.app.sweep()
  expect(await shop.state(held)).toBe('over')
  return id
}
const release = () => shop.play('/webhooks/release', { order: 'shuffled' })

test('a free seat is booked, though its events come shuffled and twice', async () => {
  const held = await shop.held()
  await paidLate(held)
  await release()
  await eventually(async () => expect(await shop.state(held)).toBe('booked'))
  expect(await shop.refundsOf(held.purchaseId)).toEqual([])
})

test('without a seat the money is back at Razorpay, once, within a minute', async () => {
  const held = await shop.held({ capacity: 1 })
  const id = await paidLate(held)
  await shop.held({ sessionId: held.sessionId })
  const from = performance.now()
  await release()
  await eventually(async () => expect(await shop.state(held)).toBe('refunded'))
  expect(performance.now() - from).toBeLessThan(limitMs)
  expect(await shop.items(`/v1/payments/${id}/refunds`)).toMatchObject([{ amount: 49_900 }])
  expect(await shop.refundsOf(held.purchaseId)).toMatchObject([{ status: 'done', amount_paise: 49_900 }])
})

test('a hold that ran out just now seats nobody who is in another class by then: the money goes back', async () => {
  const { server } = shop
  const startsAt = { starts_at: new Date(Date.now() + 90 * 3_600_000) }
  const other = await server.person({ roles: ['mentor'] })
  const [mine, theirs] = [
    await newSession(server.db, { mentorId: shop.mentor.userId, price_paise: 49_900, ...startsAt }),
    await newSession(server.db, { mentorId: other.userId, ...startsAt }),
  ]
  const held = await shop.held({ sessionId: mine })
  const stays = await shop.held({ sessionId: mine })
  for (const one of [held, stays]) {
    await shop.pay((await shop.order(one.purchaseId, one.learner)).orderId)
    // Nobody has marked it yet.
    await shop.runOut(one.purchaseId)
  }
  await server.api(bookingRoutes.book, { params: { id: theirs }, body: {} }, held.learner)
  await release()
  await eventually(async () => expect(await shop.state(held)).toBe('refunded'))
  await eventually(async () => expect(await shop.state(stays)).toBe('booked'))
  expect(await shop.refundsOf(held.purchaseId)).toMatchObject([{ status: 'done', amount_paise: 49_900 }])
})

test('three seats paid at once come all or not at all', async () => {
  const sessionId = await newSession(shop.server.db, {
    mentorId: shop.mentor.userId,
    price_paise: 10_000,
    capacity: 3,
  })
  const learner = await shop.server.person()
  const guests = ['a@peerlearn.test', 'b@peerlearn.test']
  const booking = await shop.server.api(
    bookingRoutes.book,
    { params: { id: sessionId }, body: { guests } },
    learner,
  )
  const held = { sessionId, bookingId: booking.id, purchaseId: booking.purchaseId ?? '', learner }
  await paidLate(held)
  await shop.held({ sessionId })
  await release()
  await eventually(async () => expect(await shop.state(held)).toBe('refunded'))
  const seats = await shop.server.db
    .selectFrom('booking')
    .select('status')
    .where('purchase_id', '=', held.purchaseId)
    .execute()
  expect(seats).toEqual(Array(3).fill({ status: 'expired' }))
  expect(await shop.refundsOf(held.purchaseId)).toMatchObject([{ amount_paise: 30_000 }])
})

test('money for a session that was cancelled meanwhile goes back', async () => {
  const held = await shop.held()
  await paidLate(held)
  await shop.server.db
    .updateTable('session')
    .set({ status: 'cancelled' })
    .where('id', '=', held.sessionId)
    .execute()
  await release()
  await eventually(async () => expect(await shop.state(held)).toBe('refunded'))
})

test('a pack is theirs however late it was paid', async () => {
  const body = { title: 'Five of them', credits: 5, pricePaise: 100_000, validDays: 90 }
  const offer = await shop.server.api(packRoutes.offer, { body }, shop.mentor)
  const learner = await shop.server.person()
  const { id: purchaseId } = await shop.server.api(
    packRoutes.buy,
    { params: { id: offer.id }, body: {} },
    learner,
  )
  await paidLate({ sessionId: '', bookingId: '', purchaseId, learner })
  await release()
  await eventually(async () => expect(await shop.state({ purchaseId, learner })).toBe('booked'))
  const { items } = await shop.server.api(packRoutes.mine, {}, learner)
  expect(items).toMatchObject([{ credits: 5, left: 5 }])
})

test('after all of this every paisa is explained', async () => {
  expect(await shop.differences()).toEqual([])
})
