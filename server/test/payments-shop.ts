/** A server with its payment sandbox, for tests of money: real HTTP both ways, real signatures. */
import { createHmac, randomUUID } from 'node:crypto'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { paymentRoutes, type Order, type PurchaseState } from '@peerlearn/contract/payments'
import { sql } from 'kysely'
import type { MisbehaviourWish } from '../../sandbox/src/app.ts'
import { findBalances } from '../src/ledger/ledger.ts'
import { verifyBooks } from '../src/ledger/verify.ts'
import { newSession } from './factories.ts'
import { freePort, newDatabase, startServer, type Person, type TestServer } from './harness.ts'
import { oldWebhookSecret, startSandbox, type PlayedSandbox, type Receipt } from './payments-sandbox.ts'

export interface Held {
  sessionId: string
  bookingId: string
  purchaseId: string
  learner: Person
}

export interface Shop extends PlayedSandbox {
  server: TestServer
  mentor: Person
  /** Another one each time: money moves ten times a minute and person at most. */
  admin(): Promise<Person>
  /** A paid session, a learner, and the hold on a seat in it. */
  held(wish?: { capacity?: number; sessionId?: string }): Promise<Held>
  order(purchaseId: string, learner: Person): Promise<Order>
  verify(receipt: Receipt, who: Person): Promise<PurchaseState>
  /** How far the payment is, as its buyer sees it. */
  state(held: Pick<Held, 'purchaseId' | 'learner'>): Promise<PurchaseState['state']>
  /** Posts an event to the webhook. @returns the status */
  tell(event: object, options?: { secret?: string; id?: string; server?: TestServer }): Promise<number>
  runOut(purchaseId: string): Promise<unknown>
  /** Another server on the same database and sandbox. */
  reopened(): Promise<TestServer>
  refundsOf(purchaseId: string): Promise<{ id: string; status: string; amount_paise: number; key: string }[]>
  /** What the books hold, the mentor's accounts without the id. */
  balances(): Promise<Record<string, number>>
  /** Everything in the books that nobody can explain. */
  differences(): ReturnType<typeof verifyBooks>
  databaseUrl: string
}

export interface ShopWish {
  autoCapture?: boolean
  /** false: the sandbox's events get lost. */
  webhooks?: boolean
  /** Nothing answers where the sandbox should be. */
  away?: boolean
  misbehaviour?: MisbehaviourWish
  now?: () => Date
}

const nobody: PlayedSandbox = {
  ask: () => Promise.reject(new Error('there is no sandbox')),
  items: () => Promise.reject(new Error('there is no sandbox')),
  make: () => Promise.reject(new Error('there is no sandbox')),
  misbehave: () => Promise.reject(new Error('there is no sandbox')),
  play: () => Promise.reject(new Error('there is no sandbox')),
  pay: () => Promise.reject(new Error('there is no sandbox')),
}

/** With a database of its own: what one server takes on as a job it asks of its own sandbox. */
export async function openShop({
  autoCapture = true,
  webhooks = true,
  away = false,
  misbehaviour = {},
  now = () => new Date(),
}: ShopWish = {}): Promise<Shop> {
  const databaseUrl = await newDatabase()
  const port = await freePort()
  const env = {
    RAZORPAY_API_URL: `http://127.0.0.1:${port}`,
    RAZORPAY_WEBHOOK_SECRET_PREVIOUS: oldWebhookSecret,
  }
  const server = await startServer({ env, databaseUrl, now })
  const hook = `${server.url}${paymentRoutes.webhook.path}`
  const wish: MisbehaviourWish = {
    capture: autoCapture ? 'automatic' : 'manual',
    ...(!webhooks && { webhooks: { lose: ['*'] } }),
    ...misbehaviour,
  }
  const sandbox = away
    ? nobody
    : await startSandbox({ port, hook, config: server.config, misbehaviour: wish })
  const mentor = await server.person({ roles: ['mentor'] })
  const { db } = server
  return {
    ...sandbox,
    databaseUrl,
    server,
    mentor,
    admin: () => server.person({ roles: ['admin'] }),
    async held({ capacity = 5, sessionId: wished } = {}) {
      const sessionId =
        wished ?? (await newSession(db, { mentorId: mentor.userId, price_paise: 49_900, capacity }))
      const learner = await server.person()
      const booking = await server.api(bookingRoutes.book, { params: { id: sessionId }, body: {} }, learner)
      return { sessionId, bookingId: booking.id, purchaseId: booking.purchaseId ?? '', learner }
    },
    order: (purchaseId, learner) => server.api(paymentRoutes.createOrder, { body: { purchaseId } }, learner),
    verify: (receipt, who) => server.api(paymentRoutes.verify, { body: receipt }, who),
    state: async ({ purchaseId, learner }) =>
      (await server.api(paymentRoutes.state, { params: { id: purchaseId } }, learner)).state,
    async tell(event, wish = {}) {
      const { secret = server.config.RAZORPAY_WEBHOOK_SECRET, id = randomUUID(), server: to = server } = wish
      const body = JSON.stringify(event)
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      const headers = { 'x-razorpay-signature': signature, 'x-razorpay-event-id': id }
      const answer = await fetch(to.url + paymentRoutes.webhook.path, { method: 'POST', body, headers })
      await answer.arrayBuffer()
      return answer.status
    },
    async runOut(purchaseId) {
      const held_until = sql<Date>`now() - interval '1 second'`
      await db.updateTable('booking').set({ held_until }).where('purchase_id', '=', purchaseId).execute()
      await db.updateTable('purchase').set({ held_until }).where('id', '=', purchaseId).execute()
    },
    reopened: () => startServer({ env, databaseUrl }),
    refundsOf: (purchaseId) =>
      db
        .selectFrom('refund')
        .innerJoin('payment', 'payment.id', 'refund.payment_id')
        .select(['refund.id', 'refund.status', 'refund.amount_paise', 'refund.key'])
        .where('payment.purchase_id', '=', purchaseId)
        .orderBy('refund.created_at')
        .execute(),
    async balances() {
      const all = [...(await findBalances(db))].map(([account, paise]) => [account.replace(/:.*/, ''), paise])
      return Object.fromEntries(all) as Record<string, number> // of the pairs above
    },
    differences: () => verifyBooks(db),
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
        captured: status === 'captured' || status === 'refunded',
        method: 'upi',
        vpa: 'a@b',
      },
    },
  },
})

/** An event about a refund, with the payment that it is of. */
export function refundEvent(
  event: string,
  of: { orderId: string; paymentId: string; amount?: number },
  refund: { id: string; amount: number; status: string; notes?: Record<string, string> },
) {
  const about = paymentEvent(event, of.orderId, 'captured', of.paymentId, of.amount)
  const entity = { entity: 'refund', payment_id: of.paymentId, currency: 'INR', notes: [], ...refund }
  return { ...about, contains: ['refund', 'payment'], payload: { ...about.payload, refund: { entity } } }
}
