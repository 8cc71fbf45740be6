/** A refund whose answer gets lost, or that fails: it is made once in the end, and everybody concerned knows. */
import { paymentRoutes } from '@peerlearn/contract/payments'
import { beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './harness.ts'
import { openRefunds, type RefundDesk } from './refund-desk.ts'

let shop: RefundDesk
beforeAll(async () => {
  shop = await openRefunds()
})

describe('a refund whose answer does not come', () => {
  test('is asked again under its key: lost, then in progress, then the one that was made', async () => {
    const { purchaseId, payment } = await shop.paid()
    await shop.misbehave({
      webhooks: { lose: ['*'] },
      faults: [
        { call: 'payment.refund', what: 'lost' },
        { call: 'payment.refund', what: 'conflict' },
      ],
    })
    await shop.refund(purchaseId, 20_000)
    await eventually(async () => expect(await shop.atRazorpay(payment)).toBe(1))
    await shop.done(purchaseId, [20_000])
    expect(await shop.atRazorpay(payment)).toBe(1)
  }, 60_000)

  test('is one refund after errors of every kind', async () => {
    const { purchaseId, payment } = await shop.paid()
    await shop.misbehave({
      webhooks: { lose: ['*'] },
      faults: [
        { call: 'payment.refund', what: 'error' },
        { call: 'payment.refund', what: 'error-after' },
      ],
    })
    await shop.refund(purchaseId, 20_000)
    await shop.done(purchaseId, [20_000])
    expect(await shop.atRazorpay(payment)).toBe(1)
    await shop.misbehave({})
  }, 60_000)

  test('is one refund when the server dies while it waits, and another server goes on', async () => {
    const first = await openRefunds({ webhooks: false })
    const held = await first.paid()
    await first.misbehave({
      webhooks: { lose: ['*'] },
      faults: [{ call: 'payment.refund', what: 'silent' }],
    })
    await first.refund(held.purchaseId, 49_900)
    const made = () => first.atRazorpay(held.payment)
    await eventually(async () => expect(await made()).toBe(1))
    expect((await first.refundsOf(held.purchaseId)).map(({ status }) => status)).toEqual(['sent'])
    // Its job is given up in the middle.
    await first.server.close()
    const next = await first.reopened()
    const statuses = () =>
      next.db
        .selectFrom('refund')
        .innerJoin('payment', 'payment.id', 'refund.payment_id')
        .select('refund.status')
        .where('purchase_id', '=', held.purchaseId)
        .execute()
    await expect.poll(statuses, { timeout: 60_000, interval: 250 }).toEqual([{ status: 'done' }])
    expect(await made()).toBe(1)
  }, 90_000)
})

describe('a refund that fails', () => {
  test('is told to admins, still owed, and begun anew under another key', async () => {
    const admin = await shop.admin()
    const owner = await shop.server.person({ roles: ['owner'] })
    const { purchaseId, payment } = await shop.paid()
    await shop.misbehave({ refunds: 'pending' })
    const { id } = await shop.refund(purchaseId, 20_000)
    await eventually(async () => expect(await shop.atRazorpay(payment)).toBe(1))
    const [made] = await shop.items(`/v1/payments/${payment}/refunds`)
    await shop.misbehave({})
    await shop.play(`/refunds/${String(made?.['id'])}`, { status: 'failed' })
    await eventually(async () => expect(await shop.titles(admin)).toContain('A refund failed'))
    await expect(shop.refund(purchaseId, 40_000)).rejects.toMatchObject({ code: 'refund-too-large' })
    const failed = await shop.server.api(paymentRoutes.refunds, { query: { status: 'failed' } }, admin)
    expect(failed.items.map((one) => one.id)).toContain(id)
    await shop.server.api(paymentRoutes.retryRefund, { params: { id }, body: {} }, admin)
    await shop.done(purchaseId, [20_000])
    expect(await shop.atRazorpay(payment)).toBe(2)
    const again = shop.server.api(paymentRoutes.retryRefund, { params: { id }, body: {} }, owner)
    await expect(again).rejects.toMatchObject({ code: 'refund-refused' })
  })
})

test('after all of this every paisa is explained', async () => {
  await eventually(async () => expect(await shop.differences()).toEqual([]))
})
