import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createSandbox, type SandboxSettings } from '../src/app.ts'

const keyId = 'rzp_sandbox_test'
const keySecret = 'the-key-of-this-test'
const webhookSecret = 'the-webhook-of-this-test'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Told {
  headers: IncomingHttpHeaders
  body: string
  event: string
}

/** A shop that hears webhooks; it refuses the first `refuses` of them. */
async function shop(refuses = 0) {
  const told: Told[] = []
  const refused: Told[] = []
  const server = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => {
      const { event } = z.object({ event: z.string() }).parse(JSON.parse(body))
      const list = refused.length < refuses ? refused : told
      list.push({ headers: req.headers, body, event })
      res.writeHead(list === refused ? 503 : 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  return { told, refused, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` }
}

async function open(settings: Partial<SandboxSettings> & { webhookUrl?: string; refuses?: number } = {}) {
  const hears = await shop(settings.refuses)
  const webhook = { url: hears.url, secret: webhookSecret, retryMs: 5, ...settings.webhook }
  const sandbox = createSandbox({ keyId, keySecret, ...settings, webhook })
  const base = `http://127.0.0.1:${await sandbox.listen(0)}`
  closing.push(() => sandbox.close())
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
    const answer = await fetch(base + path, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: z.record(z.string(), z.unknown()).parse(await answer.json()) }
  }
  const order = async (amount = 49_900) =>
    z.string().parse((await ask('POST', '/v1/orders', { amount, currency: 'INR', receipt: 'r1' })).body['id'])
  return { ...hears, base, ask, order }
}

const receipt = z.object({
  razorpay_payment_id: z.string(),
  razorpay_order_id: z.string(),
  razorpay_signature: z.string(),
})

test('a payment is captured, signed with the key, and told by signed events with ids of their own', async () => {
  const { ask, order, told } = await open()
  const orderId = await order()
  const paid = receipt.parse((await ask('POST', `/checkout/${orderId}/pay`)).body)
  const expected = createHmac('sha256', keySecret).update(`${orderId}|${paid.razorpay_payment_id}`)
  expect(paid.razorpay_signature).toBe(expected.digest('hex'))
  const payment = await ask('GET', `/v1/payments/${paid.razorpay_payment_id}`)
  expect(payment.body).toMatchObject({
    status: 'captured',
    amount: 49_900,
    order_id: orderId,
    captured: true,
  })
  expect((await ask('GET', `/v1/orders/${orderId}`)).body).toMatchObject({ status: 'paid', amount_due: 0 })
  expect((await ask('GET', `/v1/orders/${orderId}/payments`)).body).toMatchObject({ count: 1 })
  await vi.waitFor(() => expect(told).toHaveLength(3))
  expect(told.map((t) => t.event).sort()).toEqual(['order.paid', 'payment.authorized', 'payment.captured'])
  expect(new Set(told.map((t) => t.headers['x-razorpay-event-id'])).size).toBe(3)
  for (const { headers, body } of told)
    expect(headers['x-razorpay-signature']).toBe(
      createHmac('sha256', webhookSecret).update(body).digest('hex'),
    )
})

test('an event that was not taken is told again under the same id', async () => {
  const { ask, order, told, refused } = await open({ refuses: 2 })
  await ask('POST', `/checkout/${await order()}/fail`)
  await vi.waitFor(() => expect(told).toHaveLength(1))
  const ids = [...refused, ...told].map((t) => t.headers['x-razorpay-event-id'])
  expect(ids).toHaveLength(3)
  expect(new Set(ids).size).toBe(1)
})

test('a failed payment leaves the order open, a paid order takes no second payment', async () => {
  const { ask, order } = await open()
  const orderId = await order()
  expect((await ask('POST', `/checkout/${orderId}/fail`)).body).toMatchObject({ reason: 'payment_failed' })
  expect((await ask('POST', `/checkout/${orderId}/pay`)).status).toBe(200)
  expect((await ask('POST', `/checkout/${orderId}/pay`)).status).toBe(400)
})

test('without automatic capture a payment waits for its capture, of the whole amount and once', async () => {
  const { ask, order } = await open({ autoCapture: false })
  const paid = receipt.parse((await ask('POST', `/checkout/${await order()}/pay`)).body)
  const capture = (amount: number) =>
    ask('POST', `/v1/payments/${paid.razorpay_payment_id}/capture`, { amount, currency: 'INR' })
  expect((await ask('GET', `/v1/payments/${paid.razorpay_payment_id}`)).body['status']).toBe('authorized')
  expect((await capture(100)).status).toBe(400)
  expect((await capture(49_900)).body['status']).toBe('captured')
  expect((await capture(49_900)).status).toBe(400)
})

test('a refund repeated under its key is the same refund; a new key finds nothing left', async () => {
  const { ask, order } = await open()
  const paid = receipt.parse((await ask('POST', `/checkout/${await order()}/pay`)).body)
  const refund = (key: string, amount = 49_900) =>
    ask(
      'POST',
      `/v1/payments/${paid.razorpay_payment_id}/refund`,
      { amount },
      { 'x-refund-idempotency': key },
    )
  const first = await refund('refund-key-1')
  expect(first.body).toMatchObject({ entity: 'refund', amount: 49_900 })
  expect((await refund('refund-key-1')).body['id']).toBe(first.body['id'])
  expect((await refund('refund-key-1', 100)).status).toBe(400)
  expect((await refund('refund-key-2')).status).toBe(400)
  expect((await ask('GET', `/v1/payments/${paid.razorpay_payment_id}`)).body['status']).toBe('refunded')
})

test('the API asks for the key, and says what it refuses', async () => {
  const { ask } = await open()
  expect(
    (await ask('GET', '/v1/orders/order_1', undefined, { authorization: 'Basic bm86bm8=' })).status,
  ).toBe(401)
  expect((await ask('POST', '/v1/orders', { amount: 50, currency: 'INR' })).status).toBe(400)
  const unknown = await ask('GET', '/v1/payments/pay_unknown')
  expect(unknown.status).toBe(400)
  expect(unknown.body).toMatchObject({ error: { description: 'The id provided does not exist' } })
})

test('the checkout page says that no money is real, and runs nothing inline', async () => {
  const { base, order } = await open()
  const page = await fetch(`${base}/checkout/${await order()}?name=%3Cscript%3E`)
  const html = await page.text()
  expect(html).toContain('Sandbox — no real money')
  expect(html).toContain('Pay ₹499')
  expect(html).not.toMatch(/<script>|<style|style=|onclick/)
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'self'")
  for (const asset of ['checkout.js', 'checkout.css', 'page.js', 'page.css'])
    expect((await fetch(`${base}/v1/${asset}`)).status, asset).toBe(200)
})
