/** The sandbox misbehaves as it is told, and in no other way. */
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { createSandbox, type MisbehaviourWish } from '../src/app.ts'

const key = { keyId: 'rzp_sandbox_test', keySecret: 'the-key-of-this-test' }
const [secret, previousSecret] = ['the-webhook-of-this-test', 'the-webhook-of-before']

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Json = Record<string, unknown>
interface Told {
  event: string
  signedWith: 'new' | 'old' | undefined
  id: string
}

async function open(misbehaviour: MisbehaviourWish = {}) {
  const told: Told[] = []
  const shop = createServer((req, res) => {
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString()))
    req.on('end', () => {
      const signed = (by: string) => createHmac('sha256', by).update(body).digest('hex')
      const signature = req.headers['x-razorpay-signature']
      const signedWith =
        signature === signed(secret) ? 'new' : signature === signed(previousSecret) ? 'old' : undefined
      const { event } = JSON.parse(body) as { event: string }
      told.push({ event, signedWith, id: String(req.headers['x-razorpay-event-id']) })
      res.end()
    })
  })
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  closing.push(() => new Promise((done) => shop.close(done)))
  const { port } = shop.address() as AddressInfo // it listens on a port
  const url = `http://127.0.0.1:${port}/hook`
  const sandbox = createSandbox({
    ...key,
    webhook: { url, secret, previousSecret, retryMs: 5 },
    misbehaviour,
  })
  const base = `http://127.0.0.1:${await sandbox.listen(0)}`
  closing.push(() => sandbox.close())
  const authorization = `Basic ${Buffer.from(`${key.keyId}:${key.keySecret}`).toString('base64')}`
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Json }
  }
  const order = async () =>
    String((await ask('POST', '/v1/orders', { amount: 49_900, currency: 'INR' })).body['id'])
  const pay = async (orderId: string) =>
    String((await ask('POST', `/checkout/${orderId}/pay`)).body['razorpay_payment_id'])
  const refund = (paymentId: string, body: Json, refundKey: string) =>
    ask('POST', `/v1/payments/${paymentId}/refund`, body, { 'x-refund-idempotency': refundKey })
  const misbehave = (wish: MisbehaviourWish) => ask('PUT', '/control/misbehaviour', wish)
  return { told, base, ask, order, pay, refund, misbehave }
}

const names = (told: Told[]) => told.map(({ event }) => event)

test('the controls ask for the key, and refuse what they don’t know', async () => {
  const { base, ask } = await open()
  expect((await fetch(`${base}/control/misbehaviour`)).status).toBe(401)
  expect((await ask('PUT', '/control/misbehaviour', { webhooks: { copies: 0 } })).status).toBe(400)
  expect((await ask('PUT', '/control/misbehaviour', { weather: 'bad' })).status).toBe(400)
})

test('events come three times, late, in another order, with the old secret, or not at all', async () => {
  const { told, ask, order, pay, misbehave } = await open({ webhooks: { copies: 3, oldSecret: true } })
  await pay(await order())
  await vi.waitFor(() => expect(told).toHaveLength(9))
  expect(new Set(told.map(({ id }) => id)).size).toBe(3)
  expect(told.every(({ signedWith }) => signedWith === 'old')).toBe(true)
  told.length = 0
  await misbehave({ webhooks: { hold: true, lose: ['payment.authorized'] } })
  await pay(await order())
  expect((await ask('POST', '/control/webhooks/release', { order: 'reversed' })).body).toEqual({
    released: 2,
  })
  await vi.waitFor(() => expect(names(told).sort()).toEqual(['order.paid', 'payment.captured']))
  expect(told.every(({ signedWith }) => signedWith === 'new')).toBe(true)
  const log = (await ask('GET', '/control/webhooks')).body['items'] as { id: string; event: string }[]
  const lost = log.findLast(({ event }) => event === 'payment.authorized')
  await ask('POST', `/control/webhooks/${lost?.id}/repeat`, { copies: 2 })
  await vi.waitFor(() => expect(told).toHaveLength(4))
})

test('a call fails before or after it was done, gets no answer, or is in progress: so many times', async () => {
  const { ask, order, pay, refund, misbehave } = await open()
  const paid = await pay(await order())
  await misbehave({
    faults: [
      { call: 'payment.refund', what: 'conflict' },
      { call: 'payment.refund', what: 'error' },
      { call: 'payment.refund', what: 'error-after' },
      { call: 'payment.refund', what: 'lost' },
    ],
  })
  const again = () => refund(paid, { amount: 10_000 }, 'one-and-the-same')
  expect((await again()).status).toBe(409)
  expect((await again()).status).toBe(500)
  expect((await ask('GET', `/v1/payments/${paid}`)).body['amount_refunded']).toBe(0)
  expect((await again()).status).toBe(500)
  await expect(again()).rejects.toThrow()
  const { body } = await again()
  expect(body).toMatchObject({ amount: 10_000, status: 'processed' })
  expect((await ask('GET', `/v1/payments/${paid}`)).body['amount_refunded']).toBe(10_000)
  expect((await ask('GET', `/v1/payments/${paid}/refunds`)).body).toMatchObject({ count: 1 })
})

test('a bank that said no says yes later, and two payments come at the same moment', async () => {
  const { ask, order, pay } = await open()
  const orderId = await order()
  const { body: failed } = await ask('POST', `/control/orders/${orderId}/fail`)
  await pay(orderId)
  const late = await ask('POST', `/control/payments/${String(failed['id'])}/authorize`)
  expect(late.body).toMatchObject({ status: 'captured' })
  expect((await ask('POST', `/control/orders/${orderId}/pay`, { again: true })).status).toBe(200)
  expect((await ask('GET', `/v1/orders/${orderId}/payments`)).body).toMatchObject({ count: 3 })
})

test('refunds wait until it is said how they end; one that fails leaves the money', async () => {
  const { told, ask, order, pay, refund } = await open({ refunds: 'pending' })
  const paid = await pay(await order())
  const { body: made } = await refund(paid, { amount: 49_900 }, 'the-whole-of-it')
  expect(made).toMatchObject({ status: 'pending' })
  expect((await ask('GET', `/v1/payments/${paid}`)).body).toMatchObject({ status: 'refunded' })
  await ask('POST', `/control/refunds/${String(made['id'])}`, { status: 'failed' })
  expect((await ask('GET', `/v1/payments/${paid}`)).body).toMatchObject({
    status: 'captured',
    amount_refunded: 0,
  })
  await vi.waitFor(() => expect(names(told)).toContain('refund.failed'))
  expect(names(told)).not.toContain('refund.processed')
})

test('a dispute goes its way, and takes the money only when it is lost', async () => {
  const { told, ask, order, pay } = await open()
  const paid = await pay(await order())
  const { body: opened } = await ask('POST', `/control/payments/${paid}/disputes`, { amount: 20_000 })
  expect(opened).toMatchObject({ status: 'open', amount_deducted: 0 })
  const lost = await ask('POST', `/control/disputes/${String(opened['id'])}`, { status: 'lost' })
  expect(lost.body).toMatchObject({ amount_deducted: 20_000 })
  await vi.waitFor(() => expect(names(told)).toContain('payment.dispute.lost'))
})

test('lists are read by time, newest first, a hundred at most a page', async () => {
  const { ask, order, pay } = await open({ webhooks: { lose: ['*'] } })
  for (let n = 0; n < 12; n++) await pay(await order())
  const list = async (query: string) =>
    (await ask('GET', `/v1/payments${query}`)).body as { count: number; items: { id: string }[] }
  expect((await list('')).count).toBe(10)
  const [first, second] = [await list('?count=7'), await list('?count=7&skip=7')]
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(12)
  const now = Math.floor(Date.now() / 1000)
  expect((await list(`?from=${now - 60}&to=${now + 1}&count=100`)).count).toBe(12)
  expect((await list(`?from=${now + 60}`)).count).toBe(0)
  expect((await ask('GET', '/v1/payments?count=101')).status).toBe(400)
})

test('parts of a payment are transferred to linked accounts, held, released, reversed, never more than there is', async () => {
  const { told, ask, order, pay, misbehave } = await open()
  const paid = await pay(await order())
  const { body: account } = await ask('POST', '/v2/accounts', {
    type: 'route',
    email: 'asha@peerlearn.test',
    phone: '9000090000',
    legal_business_name: 'Asha Teaches',
    business_type: 'individual',
    contact_name: 'Asha Rao',
  })
  expect(account).toMatchObject({ type: 'route', status: 'created' })
  const transfer = (amount: number) => {
    const one = { account: account['id'], amount, currency: 'INR', on_hold: true, notes: { payout: 'p1' } }
    return ask('POST', `/v1/payments/${paid}/transfers`, { transfers: [one] })
  }
  expect((await transfer(50_000)).status).toBe(400)
  const [made] = (await transfer(40_000)).body['items'] as Json[]
  expect(made).toMatchObject({ status: 'processed', on_hold: true, settlement_status: 'on_hold' })
  expect((await transfer(10_000)).status).toBe(400)
  const id = String(made?.['id'])
  const freed = await ask('PATCH', `/v1/transfers/${id}`, { on_hold: 0 })
  expect(freed.body).toMatchObject({ on_hold: false, settlement_status: 'pending' })
  expect((await ask('POST', `/v1/transfers/${id}/reversals`, { amount: 15_000 })).status).toBe(200)
  expect((await ask('GET', `/v1/transfers/${id}`)).body).toMatchObject({
    status: 'partially_reversed',
    amount_reversed: 15_000,
  })
  expect((await ask('GET', `/v1/payments/${paid}/transfers`)).body).toMatchObject({ count: 1 })
  await misbehave({ transfers: 'pending' })
  const [waiting] = (await transfer(5_000)).body['items'] as Json[]
  await ask('POST', `/control/transfers/${String(waiting?.['id'])}`, { status: 'failed' })
  await vi.waitFor(() => expect(names(told)).toContain('transfer.failed'))
  expect(names(told)).toContain('transfer.processed')
})
