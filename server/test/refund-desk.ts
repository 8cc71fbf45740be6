/** Seats that were paid, and what admins give back of them: for tests of refunds. */
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { expect } from 'vitest'
import type { Person } from './harness.ts'
import { openShop, type Held, type Shop, type ShopWish } from './payments-shop.ts'

export interface RefundDesk extends Shop {
  /** A seat that was paid; `payment` is Razorpay's id. */
  paid(): Promise<Held & { payment: string }>
  /** By an admin who does nothing else, unless said otherwise. */
  refund(purchaseId: string, amountPaise: number, who?: Person): Promise<{ id: string }>
  /** Waits until these sums are done. */
  done(purchaseId: string, sums: number[]): Promise<void>
  /** How many refunds Razorpay made of it. */
  atRazorpay(payment: string): Promise<number>
  /** Of this person's notifications. */
  titles(who: Person): Promise<string[]>
}

export async function openRefunds(wish: ShopWish = {}): Promise<RefundDesk> {
  const shop = await openShop(wish)
  return {
    ...shop,
    async paid() {
      const held = await shop.held()
      const receipt = await shop.pay((await shop.order(held.purchaseId, held.learner)).orderId)
      await shop.verify(receipt, held.learner)
      return { ...held, payment: receipt.razorpay_payment_id }
    },
    async refund(purchaseId, amountPaise, who) {
      const body = { purchaseId, amountPaise, reason: 'The sound was bad.' }
      return shop.server.api(paymentRoutes.refund, { body }, who ?? (await shop.admin()))
    },
    async done(purchaseId, sums) {
      const done = async () =>
        (await shop.refundsOf(purchaseId)).flatMap((one) => (one.status === 'done' ? [one.amount_paise] : []))
      // A job that failed is tried again after seconds.
      await expect.poll(done, { timeout: 40_000 }).toEqual(sums)
    },
    atRazorpay: async (payment) => (await shop.items(`/v1/payments/${payment}/refunds`)).length,
    titles: async (who) => {
      const { items } = await shop.server.api(notificationRoutes.notifications, { query: {} }, who)
      return items.map(({ title }) => title)
    },
  }
}
