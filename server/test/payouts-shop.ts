/** Seats that were paid and taught, and what their mentor got: for tests of payouts. */
import { moneyRoutes } from '@peerlearn/contract/money'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { payoutRoutes, type Earnings } from '@peerlearn/contract/payouts'
import { expect, vi } from 'vitest'
import { createLog } from '../src/log.ts'
import { findGatewayDifferences } from '../src/payments/gateway-check.ts'
import { connectRazorpay, createGateway } from '../src/payments/gateway.ts'
import { newSession } from './factories.ts'
import { eventually, type Person } from './harness.ts'
import { openShop, type Held, type Shop, type ShopWish } from './payments-shop.ts'
import { teach } from './taught-class.ts'

export interface Sold extends Held {
  /** Razorpay's id. */
  payment: string
  mentor: Person
}

export interface PayoutShop extends Shop {
  /** A mentor; with an account to be paid to, unless wished otherwise. */
  newMentor(wish?: { account?: boolean; feeBasisPoints?: number | null }): Promise<Person>
  linkAccount(mentor: Person, feeBasisPoints?: number | null): Promise<string>
  /** A seat of ₹499 that was paid. */
  sell(mentor: Person, sessionId?: string): Promise<Sold>
  teach(sold: Sold, there?: number): Promise<void>
  /** Of this mentor, oldest first. */
  payouts(mentor: Person): ReturnType<typeof findPayouts>
  /** Waits until they stand like this. */
  stand(mentor: Person, expected: object[]): Promise<void>
  /** As the mentor's page shows them. */
  earnings(mentor: Person): Promise<Earnings>
  /** An admin gives so much of it back. */
  refund(sold: Sold, amountPaise: number): Promise<unknown>
  /** All refunds of it are done. */
  refunded(sold: Sold): Promise<void>
  /** What comes every ten minutes. */
  sweep(): Promise<void>
  disputeIs(gatewayId: string, status: string): Promise<void>
  /** What Razorpay transferred of this payment. */
  transfersOf(payment: string): Promise<Record<string, unknown>[]>
  /** Where Razorpay says something else than the books, of the last hour. */
  gatewayDifferences(): ReturnType<typeof findGatewayDifferences>
}

const findPayouts = ({ server }: Shop, mentor: Person) =>
  server.db
    .selectFrom('payout')
    .selectAll()
    .where('mentor_id', '=', mentor.userId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()

export async function openPayoutShop(wish: ShopWish = {}): Promise<PayoutShop> {
  const shop = await openShop(wish)
  const { server } = shop
  const linkAccount = async (mentor: Person, feeBasisPoints: number | null = null) => {
    const { id } = await shop.make('/v2/accounts', {
      type: 'route',
      email: mentor.email,
      phone: '9000090000',
      legal_business_name: 'A mentor of ours',
      business_type: 'individual',
      contact_name: 'A mentor',
    })
    const linkedAccountId = String(id)
    const body = { feeBasisPoints, linkedAccountId }
    await server.api(moneyRoutes.setTerms, { params: { id: mentor.userId }, body }, await shop.admin())
    return linkedAccountId
  }
  return {
    ...shop,
    linkAccount,
    async newMentor({ account = true, feeBasisPoints = null } = {}) {
      const mentor = await server.person({ roles: ['mentor'] })
      if (account) await linkAccount(mentor, feeBasisPoints)
      return mentor
    },
    async sell(mentor, wished) {
      const sessionId =
        wished ??
        (await newSession(server.db, { mentorId: mentor.userId, price_paise: 49_900, capacity: 10 }))
      const held = await shop.held({ sessionId })
      const receipt = await shop.pay((await shop.order(held.purchaseId, held.learner)).orderId)
      await shop.verify(receipt, held.learner)
      return { ...held, mentor, payment: receipt.razorpay_payment_id }
    },
    teach: ({ sessionId, mentor, learner }, there = 60) =>
      teach(server, { sessionId, mentor, learner, there }),
    payouts: (mentor) => findPayouts(shop, mentor),
    stand: async (mentor, expected) =>
      void (await vi.waitFor(async () => expect(await findPayouts(shop, mentor)).toMatchObject(expected), {
        timeout: 45_000,
        interval: 100,
      })),
    earnings: (mentor) => server.api(payoutRoutes.mine, {}, mentor),
    refund: async ({ purchaseId }, amountPaise) => {
      const body = { purchaseId, amountPaise, reason: 'The sound was bad.' }
      return server.api(paymentRoutes.refund, { body }, await shop.admin())
    },
    refunded: ({ purchaseId }) =>
      eventually(async () =>
        expect((await shop.refundsOf(purchaseId)).every(({ status }) => status === 'done')).toBe(true),
      ),
    sweep: () => server.app.jobs.send(server.db, 'payouts.sweep', {}),
    disputeIs: (gatewayId, status) =>
      eventually(async () => {
        const found = server.db.selectFrom('dispute').select('status').where('gateway_id', '=', gatewayId)
        expect(await found.executeTakeFirst()).toEqual({ status })
      }),
    transfersOf: (payment) => shop.items(`/v1/payments/${payment}/transfers`),
    gatewayDifferences: () => {
      const { config, db } = server
      const link = connectRazorpay({
        keyId: config.RAZORPAY_KEY_ID,
        keySecret: config.RAZORPAY_KEY_SECRET,
        apiUrl: config.RAZORPAY_API_URL,
        log: createLog('silent'),
      })
      const now = Math.floor(Date.now() / 1000)
      return findGatewayDifferences(db, createGateway(link), { from: now - 3_600, to: now + 60 })
    },
  }
}
