import { bookingRoutes } from '@peerlearn/contract/bookings'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect, test } from 'vitest'
import { eventually, type Person } from './harness.ts'
import { oldWebhookSecret } from './payments-sandbox.ts'
import { openShop, paymentEvent, type Shop } from './payments-shop.ts'

/** The sandbox's own events get lost: these tests are Razorpay, in any order they like. */
let shop: Shop
beforeAll(async () => {
  shop = await openShop({ webhooks: false })
})

const statusOf = async (bookingId: string) => {
  const rows = shop.server.db.selectFrom('booking').select(['status']).where('id', '=', bookingId)
  return (await rows.executeTakeFirstOrThrow()).status
}
const paymentOf = async (learner: Person) => {
  const rows = shop.server.db.selectFrom('payment').select('status').where('account_id', '=', learner.userId)
  return (await rows.execute()).map((row) => row.status)
}
const expire = async (purchaseId: string) => {
  await shop.runOut(purchaseId)
  await shop.server.app.sweep()
}
const ordered = async (wish = {}) => {
  const held = await shop.held(wish)
  return { ...held, orderId: (await shop.order(held.purchaseId, held.learner)).orderId }
}
const titles = async (who: Person) =>
  (await shop.server.api(notificationRoutes.notifications, { query: {} }, who)).items.map(
    (note) => note.title,
  )

test('a signed capture confirms the seat without the learner’s page', async () => {
  const { bookingId, learner, orderId } = await ordered()
  const { razorpay_payment_id: id } = await shop.pay(orderId)
  expect(await shop.tell(paymentEvent('payment.captured', orderId, 'captured', id))).toBe(200)
  expect(await statusOf(bookingId)).toBe('confirmed')
  await eventually(async () => expect(await titles(learner)).toContain('Your seat is booked'))
})

test('tells a buyer what all of their seats cost together, not their own alone', async () => {
  const learner = await shop.server.person()
  const { sessionId } = await shop.held()
  const { purchaseId } = await shop.server.api(
    bookingRoutes.book,
    { params: { id: sessionId }, body: { guests: ['friend@peerlearn.test'] } },
    learner,
  )
  const { orderId, amountPaise } = await shop.order(purchaseId!, learner)
  expect(amountPaise).toBe(99_800)
  const { razorpay_payment_id: id } = await shop.pay(orderId)
  await shop.tell(paymentEvent('payment.captured', orderId, 'captured', id, amountPaise))
  await eventually(async () => {
    const notes = shop.server.db.selectFrom('notification').select('message')
    const [note] = await notes.where('account_id', '=', learner.userId).execute()
    expect(note?.message).toMatch(/You paid ₹998 for 2 seats\.$/)
  })
})

test('the sandbox’s own events confirm the seat too', async () => {
  const hears = await openShop()
  const { purchaseId, learner } = await hears.held()
  await hears.pay((await hears.order(purchaseId, learner)).orderId)
  await eventually(async () => {
    const { items } = await hears.server.api(bookingRoutes.mine, {}, learner)
    expect(items[0]?.booking.status).toBe('confirmed')
  })
})

test('a forged event, or one with another’s signature, changes nothing', async () => {
  const { bookingId, orderId } = await ordered()
  const event = paymentEvent('payment.captured', orderId, 'captured', 'pay_forged')
  expect(await shop.tell(event, { secret: 'another-secret-altogether' })).toBe(400)
  expect(await shop.tell(event, { secret: shop.server.config.RAZORPAY_KEY_SECRET })).toBe(400)
  const hook = shop.server.url + paymentRoutes.webhook.path
  const unsigned = await fetch(hook, { method: 'POST', body: JSON.stringify(event) })
  expect(unsigned.status).toBe(400)
  expect(await statusOf(bookingId)).toBe('held')
})

test('while the secret is being changed, events signed with the one before count too', async () => {
  const { bookingId, orderId } = await ordered()
  const { razorpay_payment_id: id } = await shop.pay(orderId)
  const event = paymentEvent('payment.captured', orderId, 'captured', id)
  expect(await shop.tell(event, { secret: oldWebhookSecret })).toBe(200)
  expect(await statusOf(bookingId)).toBe('confirmed')
})

test('an event told ten times takes effect once', async () => {
  const { learner, orderId } = await ordered()
  const { razorpay_payment_id: paid } = await shop.pay(orderId)
  const event = paymentEvent('payment.captured', orderId, 'captured', paid)
  const id = crypto.randomUUID()
  const answers = await Promise.all(Array.from({ length: 10 }, () => shop.tell(event, { id })))
  expect(answers).toEqual(Array(10).fill(200))
  await eventually(async () =>
    expect((await titles(learner)).filter((title) => title === 'Your seat is booked')).toHaveLength(1),
  )
})

test('events in disorder never lead back', async () => {
  const { learner, orderId } = await ordered()
  const { razorpay_payment_id: id } = await shop.pay(orderId)
  await shop.tell(paymentEvent('payment.failed', orderId, 'failed', 'pay_earlier'))
  expect(await paymentOf(learner)).toEqual(['failed'])
  await shop.tell(paymentEvent('order.paid', orderId, 'captured', id))
  for (const [event, status] of [
    ['payment.authorized', 'authorized'],
    ['payment.failed', 'failed'],
  ] as const)
    await shop.tell(paymentEvent(event, orderId, status, id))
  expect(await paymentOf(learner)).toEqual(['captured'])
})

test('what is not understood is received all the same; an amount that is not ours gives no seat', async () => {
  const { bookingId, orderId } = await ordered()
  expect(await shop.tell({ event: 'virtual_account.credited', payload: {} })).toBe(200)
  expect(await shop.tell(['not', 'an', 'event'])).toBe(200)
  expect(await shop.tell(paymentEvent('payment.captured', 'order_unknown', 'captured', 'pay_x'))).toBe(200)
  expect(await shop.tell(paymentEvent('payment.captured', orderId, 'captured', 'pay_y', 100))).toBe(200)
  expect(await statusOf(bookingId)).toBe('held')
})

test('money that came after the hold still buys a seat that is free', async () => {
  const { bookingId, purchaseId, orderId } = await ordered()
  const { razorpay_payment_id: id } = await shop.pay(orderId)
  await expire(purchaseId)
  expect(await statusOf(bookingId)).toBe('expired')
  await shop.tell(paymentEvent('payment.captured', orderId, 'captured', id))
  expect(await statusOf(bookingId)).toBe('confirmed')
})

test('money that came after the last seat was taken goes back once, and its learner is told', async () => {
  const { bookingId, purchaseId, orderId, sessionId, learner } = await ordered({ capacity: 1 })
  const receipt = await shop.pay(orderId)
  const { razorpay_payment_id: id } = receipt
  await expire(purchaseId)
  const quick = await shop.server.person()
  await shop.server.api(bookingRoutes.book, { params: { id: sessionId }, body: {} }, quick)
  await Promise.all([
    shop.tell(paymentEvent('payment.captured', orderId, 'captured', id)),
    shop.tell(paymentEvent('order.paid', orderId, 'captured', id)),
  ])
  await eventually(async () => expect(await paymentOf(learner)).toEqual(['refunded']))
  await expect(shop.verify(receipt, learner)).rejects.toMatchObject({ code: 'session-full' })
  expect(await shop.ask(`/v1/payments/${id}`)).toMatchObject({ status: 'refunded', amount_refunded: 49_900 })
  expect(await statusOf(bookingId)).toBe('expired')
  await eventually(async () => {
    const refunds = (await titles(learner)).filter((title) => title === 'Your money is on its way back')
    expect(refunds).toHaveLength(1)
  })
})

test('a mentor who cancels gives the money back', async () => {
  const { orderId, sessionId, learner } = await ordered()
  const receipt = await shop.pay(orderId)
  await shop.verify(receipt, learner)
  await shop.server.api(sessionRoutes.cancel, { params: { id: sessionId } }, shop.mentor)
  await eventually(async () => expect(await paymentOf(learner)).toEqual(['refunded']))
  expect(await shop.ask(`/v1/payments/${receipt.razorpay_payment_id}`)).toMatchObject({ status: 'refunded' })
})

test('keeps what Razorpay takes for a second payment, though it is told after the payment', async () => {
  const { orderId } = await ordered()
  const captured = (id: string) => paymentEvent('payment.captured', orderId, 'captured', id)
  const first = await shop.pay(orderId)
  await shop.tell(captured(first.razorpay_payment_id))
  const again = await shop.play(`/orders/${orderId}/pay`, { again: true })
  const id = String(again['razorpay_payment_id'])
  await shop.tell(captured(id))
  const { payload } = captured(id)
  const fee = { ...payload.payment.entity, fee: 1_178 }
  await shop.tell({ ...captured(id), payload: { payment: { entity: fee } } })
  const second = shop.server.db.selectFrom('payment').select(['surplus', 'fee_paise'])
  expect(await second.where('payment_id', '=', id).execute()).toEqual([{ surplus: true, fee_paise: 1_178 }])
})
