import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from './harness.ts'
import { openShop, type Shop } from './payments-shop.ts'

let shop: Shop
/** Its events are lost: what happens here is the checkout's doing alone. */
let deaf: Shop
beforeAll(async () => {
  shop = await openShop()
  deaf = await openShop({ webhooks: false })
})

const statusOf = async ({ server }: Shop, bookingId: string) =>
  (
    await server.db
      .selectFrom('booking')
      .select('status')
      .where('id', '=', bookingId)
      .executeTakeFirstOrThrow()
  ).status

describe('an order', () => {
  test('is made once for a held seat, with the price of the booking', async () => {
    const { purchaseId, learner, sessionId } = await shop.held()
    const order = await shop.order(purchaseId, learner)
    const checkout = { checkoutScript: '/sandbox/v1/checkout.js', sandbox: true, keyId: 'rzp_sandbox_test' }
    expect(order).toMatchObject({ amountPaise: 49_900, currency: 'INR', ...checkout })
    expect(await shop.ask(`/v1/orders/${order.orderId}`)).toMatchObject({
      amount: 49_900,
      receipt: purchaseId,
    })
    await shop.server.db
      .updateTable('session')
      .set({ price_paise: 100 })
      .where('id', '=', sessionId)
      .execute()
    const again = await Promise.all([1, 2, 3].map(() => shop.order(purchaseId, learner)))
    for (const same of again) expect(same).toEqual(order)
  })

  test('is the same for a double click', async () => {
    const { purchaseId, learner } = await shop.held()
    const [one, two] = await Promise.all([shop.order(purchaseId, learner), shop.order(purchaseId, learner)])
    expect(one.orderId).toBe(two.orderId)
  })

  test('is refused for another’s booking, and for a seat that is no longer held', async () => {
    const { purchaseId, learner } = await shop.held()
    const other = await shop.server.person()
    await expect(shop.order(purchaseId, other)).rejects.toMatchObject({ code: 'not-found' })
    await shop.runOut(purchaseId)
    await expect(shop.order(purchaseId, learner)).rejects.toMatchObject({ code: 'hold-expired' })
  })

  test('says so when the payment company cannot be reached, and the seat stays held', async () => {
    const closed = await openShop({ away: true })
    const { bookingId, purchaseId, learner } = await closed.held()
    await expect(closed.order(purchaseId, learner)).rejects.toMatchObject({
      code: 'payment-unavailable',
      status: 502,
    })
    expect(await statusOf(closed, bookingId)).toBe('held')
  })
})

describe('the checkout', () => {
  test('confirms the seat of who paid, and repeating it is harmless', async () => {
    const { bookingId, purchaseId, learner } = await deaf.held()
    const socket = await deaf.server.connect(deaf.mentor)
    const { orderId } = await deaf.order(purchaseId, learner)
    const receipt = await deaf.pay(orderId)
    expect(await deaf.verify(receipt, learner)).toMatchObject({
      purchaseId,
      state: 'booked',
      heldUntil: null,
    })
    expect(await statusOf(deaf, bookingId)).toBe('confirmed')
    expect(await deaf.verify(receipt, learner)).toMatchObject({ state: 'booked' })
    await socket.heard(
      'session.booking',
      (data) => data.bookingId === bookingId && data.status === 'confirmed',
    )
    const confirmed = socket.all('session.booking').filter((data) => data.status === 'confirmed')
    expect(confirmed).toHaveLength(1)
    const { items } = await deaf.server.api(paymentRoutes.history, {}, learner)
    const paid = { status: 'captured', amountPaise: 49_900, orderId, paymentId: receipt.razorpay_payment_id }
    expect(items).toMatchObject([paid])
    await expect(deaf.order(purchaseId, learner)).rejects.toMatchObject({ code: 'already-booked' })
  })

  test('captures a payment that was only authorised', async () => {
    const manual = await openShop({ autoCapture: false, webhooks: false })
    const { purchaseId, learner } = await manual.held()
    const receipt = await manual.pay((await manual.order(purchaseId, learner)).orderId)
    expect((await manual.verify(receipt, learner)).state).toBe('booked')
    expect(await manual.ask(`/v1/payments/${receipt.razorpay_payment_id}`)).toMatchObject({ captured: true })
  })

  test('refuses a wrong signature, another payment’s, and somebody else’s order', async () => {
    const mine = await deaf.held()
    const theirs = await deaf.held()
    const receipt = await deaf.pay((await deaf.order(mine.purchaseId, mine.learner)).orderId)
    const { orderId: unpaid } = await deaf.order(theirs.purchaseId, theirs.learner)
    const wrong = { ...receipt, razorpay_signature: '0'.repeat(64) }
    await expect(deaf.verify(wrong, mine.learner)).rejects.toMatchObject({
      code: 'signature-invalid',
      status: 400,
    })
    await expect(deaf.verify(receipt, theirs.learner)).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
    })
    const swapped = { ...receipt, razorpay_order_id: unpaid }
    await expect(deaf.verify(swapped, theirs.learner)).rejects.toMatchObject({ code: 'signature-invalid' })
    expect(await statusOf(deaf, mine.bookingId)).toBe('held')
    expect(await statusOf(deaf, theirs.bookingId)).toBe('held')
  })

  test('gives no seat for a payment that failed', async () => {
    const { bookingId, purchaseId, learner } = await shop.held()
    const { orderId } = await shop.order(purchaseId, learner)
    await fetch(`${shop.server.url}/sandbox/checkout/${orderId}/fail`, { method: 'POST' })
    await vi.waitFor(async () => {
      const { items } = await shop.server.api(paymentRoutes.history, {}, learner)
      expect(items[0]?.status).toBe('failed')
    })
    expect(await statusOf(shop, bookingId)).toBe('held')
    const paid = await shop.pay(orderId)
    expect((await shop.verify(paid, learner)).state).toBe('booked')
  })

  test('says of a payment that the bank refused that nothing is booked with it, and takes the next one', async () => {
    const { purchaseId, learner } = await deaf.held()
    const { orderId } = await deaf.order(purchaseId, learner)
    const { id } = await deaf.play(`/orders/${orderId}/fail`)
    const signature = createHmac('sha256', deaf.server.config.RAZORPAY_KEY_SECRET)
    const refused = {
      razorpay_order_id: orderId,
      razorpay_payment_id: String(id),
      razorpay_signature: signature.update(`${orderId}|${String(id)}`).digest('hex'),
    }
    await expect(deaf.verify(refused, learner)).rejects.toMatchObject({
      code: 'payment-failed',
      message: expect.stringMatching(/^(?!.*follows by itself).*refused/) as string,
    })
    expect((await deaf.verify(await deaf.pay(orderId), learner)).state).toBe('booked')
  })

  test('comes through our own address, with its own policy and frame rule', async () => {
    const { purchaseId, learner } = await shop.held()
    const { orderId, checkoutScript } = await shop.order(purchaseId, learner)
    const script = await fetch(shop.server.url + checkoutScript)
    expect(script.headers.get('content-type')).toContain('javascript')
    const page = await fetch(`${shop.server.url}/sandbox/checkout/${orderId}`)
    expect(await page.text()).toContain('Sandbox — no real money')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'self'")
    expect(page.headers.get('x-frame-options')).toBeNull()
  })

  test('leads to the sandbox and to no other host', async () => {
    let asked = 0
    const elsewhere = createServer((_req, res) => res.end(String(++asked)))
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done))
    onTestFinished(() => void elsewhere.close())
    const { port } = elsewhere.address() as AddressInfo // it listens on a port
    for (const path of [`//127.0.0.1:${port}/x`, `/\\\\127.0.0.1:${port}/x`, `//127.0.0.1:${port}/x?y=//z`])
      await fetch(`${shop.server.url}/sandbox${path}`)
    expect(asked).toBe(0)
  })
})

test('a seat that was paid stays, whatever happens to the hold', async () => {
  const held = await shop.held()
  const { orderId } = await shop.order(held.purchaseId, held.learner)
  await shop.runOut(held.purchaseId)
  await shop.pay(orderId)
  await eventually(async () => expect(await shop.state(held)).toBe('booked'))
  await shop.server.app.sweep()
  expect(await statusOf(shop, held.bookingId)).toBe('confirmed')
})

test('nobody sees another’s payments', async () => {
  expect(await shop.server.api(paymentRoutes.history, {}, await shop.server.person())).toEqual({ items: [] })
})
