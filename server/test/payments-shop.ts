/** A server with its payment sandbox, for tests of money: real HTTP both ways, real signatures. */
import { createHmac, randomUUID } from 'node:crypto'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { paymentRoutes, type Order } from '@peerlearn/contract/payments'
import { sql } from 'kysely'
import { createSandbox, type SandboxSettings } from '../../sandbox/src/app.ts'
import { newSession } from './factories.ts'
import { closeLater, freePort, startServer, type Person, type TestServer } from './harness.ts'

interface Receipt {
  razorpay_payment_id: string
  razorpay_order_id: string
  razorpay_signature: string
}

export interface Shop {
  server: TestServer
  mentor: Person
  /** A paid session, a learner, and the hold on a seat in it. */
  held(wish?: { capacity?: number }): Promise<{ sessionId: string; bookingId: string; learner: Person }>
  order(bookingId: string, learner: Person): Promise<Order>
  /** Pays at the sandbox's checkout, as its page does. */
  pay(orderId: string): Promise<Receipt>
  verify(receipt: Receipt, who: Person): Promise<{ status: string }>
  /** Posts an event to the webhook. @returns the status */
  tell(event: object, options?: { secret?: string; id?: string }): Promise<number>
  /** What the sandbox knows of it. */
  ask(path: string): Promise<Record<string, unknown>>
  runOut(bookingId: string): Promise<unknown>
}

type Wish = Partial<Pick<SandboxSettings, 'autoCapture'>> & { webhooks?: boolean; away?: boolean }

/** `webhooks: false`: the sandbox's events get lost. `away`: nothing answers where the sandbox should be. */
export async function openShop({
  autoCapture = true,
  webhooks = true,
  away = false,
}: Wish = {}): Promise<Shop> {
  const port = await freePort()
  const api = `http://127.0.0.1:${port}`
  const server = await startServer({ env: { RAZORPAY_API_URL: api } })
  const {
    RAZORPAY_KEY_ID: keyId,
    RAZORPAY_KEY_SECRET: keySecret,
    RAZORPAY_WEBHOOK_SECRET: secret,
  } = server.config
  const hook = `${server.url}${paymentRoutes.webhook.path}`
  const url = webhooks ? hook : 'http://127.0.0.1:9/'
  if (!away) {
    const sandbox = createSandbox({ keyId, keySecret, autoCapture, webhook: { url, secret, retryMs: 50 } })
    await sandbox.listen(port)
    closeLater(() => sandbox.close())
  }
  const mentor = await server.person({ role: 'mentor' })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  return {
    server,
    mentor,
    async held({ capacity = 5 } = {}) {
      const wish = { mentorId: mentor.userId, price_paise: 49_900, capacity }
      const sessionId = await newSession(server.db, wish)
      const learner = await server.person()
      const params = { id: sessionId }
      const { id } = await server.api(bookingRoutes.book, { params, body: {} }, learner)
      return { sessionId, bookingId: id, learner }
    },
    order: (bookingId, learner) => server.api(paymentRoutes.createOrder, { body: { bookingId } }, learner),
    async pay(orderId) {
      const paid = await fetch(`${server.url}/sandbox/checkout/${orderId}/pay`, { method: 'POST' })
      return (await paid.json()) as Receipt // the sandbox's own tests hold it to this
    },
    verify: (receipt, who) => server.api(paymentRoutes.verify, { body: receipt }, who),
    async tell(event, { secret: signedWith = secret, id = randomUUID() } = {}) {
      const body = JSON.stringify(event)
      const signature = createHmac('sha256', signedWith).update(body).digest('hex')
      const headers = { 'x-razorpay-signature': signature, 'x-razorpay-event-id': id }
      return (await fetch(hook, { method: 'POST', body, headers })).status
    },
    async ask(path) {
      const answer = await fetch(api + path, { headers: { authorization } })
      return (await answer.json()) as Record<string, unknown> // looked at by the tests
    },
    runOut: (bookingId) =>
      server.db
        .updateTable('booking')
        .set({ held_until: sql`now() - interval '1 second'` })
        .where('id', '=', bookingId)
        .execute(),
  }
}

/** An event about a payment, in Razorpay's words. */
export const paymentEvent = (
  event: string,
  orderId: string,
  status: string,
  paymentId: string,
  amount = 49_900,
) => ({
  entity: 'event',
  event,
  contains: ['payment'],
  payload: {
    payment: {
      entity: {
        id: paymentId,
        order_id: orderId,
        amount,
        currency: 'INR',
        status,
        method: 'upi',
        vpa: 'a@b',
      },
    },
  },
})
