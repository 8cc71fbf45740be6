import { notificationRoutes } from '@peerlearn/contract/notifications'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, type Person } from './harness.ts'
import { openShop, type Held, type Shop } from './payments-shop.ts'

let shop: Shop
let admin: Person
let other: Person
beforeAll(async () => {
  shop = await openShop()
})
/** Money moves ten times a minute and person at most. */
beforeEach(async () => {
  admin = await shop.server.person({ roles: ['admin'] })
  other = await shop.server.person({ roles: ['owner'] })
})

/** A seat that was paid. */
async function paid(): Promise<Held & { payment: string }> {
  const held = await shop.held()
  const receipt = await shop.pay((await shop.order(held.purchaseId, held.learner)).orderId)
  await shop.verify(receipt, held.learner)
  return { ...held, payment: receipt.razorpay_payment_id }
}
const refund = (purchaseId: string, amountPaise: number, who = admin) =>
  shop.server.api(
    paymentRoutes.refund,
    { body: { purchaseId, amountPaise, reason: 'The sound was bad.' } },
    who,
  )
/** A job that failed is tried again after seconds. */
const done = (purchaseId: string, sums: number[]) =>
  expect
    .poll(
      async () => {
        const refunds = await shop.refundsOf(purchaseId)
        return refunds.filter(({ status }) => status === 'done').map((one) => one.amount_paise)
      },
      { timeout: 40_000 },
    )
    .toEqual(sums)
const titles = async (who: Person) =>
  (await shop.server.api(notificationRoutes.notifications, { query: {} }, who)).items.map(
    (note) => note.title,
  )
const atRazorpay = async (payment: string) => (await shop.items(`/v1/payments/${payment}/refunds`)).length

describe('two admins at once', () => {
  test('can’t give back more than was paid, and the second is told what is left', async () => {
    const { purchaseId, payment } = await paid()
    const asked = await Promise.allSettled([refund(purchaseId, 30_000), refund(purchaseId, 30_000, other)])
    const refused = asked.filter((one) => one.status === 'rejected').map(({ reason }) => reason as Error)
    expect(refused).toMatchObject([{ code: 'refund-too-large', status: 409 }])
    expect(refused[0]?.message).toContain('₹199.00')
    await done(purchaseId, [30_000])
    expect(await shop.ask(`/v1/payments/${payment}`)).toMatchObject({ amount_refunded: 30_000 })
  })

  test('twenty of them in small parts stop at the last paisa', async () => {
    const { purchaseId, payment } = await paid()
    const admins = await Promise.all(
      Array.from({ length: 20 }, () => shop.server.person({ roles: ['admin'] })),
    )
    const asked = admins.map((who) => refund(purchaseId, 10_000, who))
    const given = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled')
    expect(given).toHaveLength(4)
    await refund(purchaseId, 9_900)
    await expect(refund(purchaseId, 1)).rejects.toMatchObject({ code: 'refund-too-large' })
    await eventually(async () =>
      expect(await shop.ask(`/v1/payments/${payment}`)).toMatchObject({ status: 'refunded' }),
    )
    await eventually(async () =>
      expect((await shop.refundsOf(purchaseId)).map(({ status }) => status)).toEqual(Array(5).fill('done')),
    )
  })

  test('the database itself refuses more than was captured', async () => {
    const { purchaseId } = await paid()
    const raised = shop.server.db
      .updateTable('payment')
      .set({ refunded_paise: 49_901 })
      .where('purchase_id', '=', purchaseId)
      .execute()
    await expect(raised).rejects.toMatchObject({ constraint: 'payment_refunded' })
  })
})

test('a double click with its Idempotency-Key is one refund, and is in the audit log', async () => {
  const { purchaseId } = await paid()
  const body = JSON.stringify({ purchaseId, amountPaise: 10_000, reason: 'Half of it was silent.' })
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${admin.token}`,
    'idempotency-key': crypto.randomUUID(),
  }
  const ask = async () => {
    const answer = await fetch(shop.server.url + paymentRoutes.refund.path, { method: 'POST', headers, body })
    return (await answer.json()) as { id: string }
  }
  const [one, two] = [await ask(), await ask()]
  expect(two.id).toBe(one.id)
  await done(purchaseId, [10_000])
  const noted = await shop.server.db
    .selectFrom('audit_event')
    .select(['actor_id', 'action', 'data'])
    .where('action', '=', 'payment.refunded')
    .execute()
  expect(noted.filter(({ data }) => (data as { refund?: string }).refund === one.id)).toHaveLength(1)
})

test('a refund whose server died before it kept the answer is not made again, days later either', async () => {
  const { purchaseId } = await paid()
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${admin.token}`,
    'idempotency-key': crypto.randomUUID(),
  }
  const ask = async (amountPaise: number) => {
    const body = JSON.stringify({ purchaseId, amountPaise, reason: 'Half of it was silent.' })
    const answer = await fetch(shop.server.url + paymentRoutes.refund.path, { method: 'POST', headers, body })
    return (await answer.json()) as { id?: string; error?: { code: string } }
  }
  // As a server leaves it that was killed between the commit and the answer, once the key is forgotten.
  const forget = () =>
    shop.server.db.deleteFrom('idempotency_key').where('account_id', '=', admin.userId).execute()
  const one = await ask(49_900)
  expect(one.id).toBeDefined()
  await forget()
  expect((await ask(49_900)).id).toBe(one.id)
  await forget()
  expect((await ask(100)).error?.code).toBe('key-reused')
  await done(purchaseId, [49_900])
})

test('the payer is told once, and a learner can’t refund', async () => {
  const { purchaseId, learner } = await paid()
  await expect(refund(purchaseId, 100, learner)).rejects.toMatchObject({ code: 'forbidden' })
  const stale = await shop.server.person({ roles: ['admin'], secondFactor: false })
  await expect(refund(purchaseId, 100, stale)).rejects.toMatchObject({ code: 'second-factor-needed' })
  await refund(purchaseId, 10_000)
  await done(purchaseId, [10_000])
  await eventually(async () =>
    expect((await titles(learner)).filter((title) => title === 'Your money is on its way back')).toHaveLength(
      1,
    ),
  )
})

describe('a refund whose answer does not come', () => {
  test('is asked again under its key: lost, then in progress, then the one that was made', async () => {
    const { purchaseId, payment } = await paid()
    await shop.misbehave({
      webhooks: { lose: ['*'] },
      faults: [
        { call: 'payment.refund', what: 'lost' },
        { call: 'payment.refund', what: 'conflict' },
      ],
    })
    await refund(purchaseId, 20_000)
    await eventually(async () => expect(await atRazorpay(payment)).toBe(1))
    await done(purchaseId, [20_000])
    expect(await atRazorpay(payment)).toBe(1)
  }, 60_000)

  test('is one refund after errors of every kind', async () => {
    const { purchaseId, payment } = await paid()
    await shop.misbehave({
      webhooks: { lose: ['*'] },
      faults: [
        { call: 'payment.refund', what: 'error' },
        { call: 'payment.refund', what: 'error-after' },
      ],
    })
    await refund(purchaseId, 20_000)
    await done(purchaseId, [20_000])
    expect(await atRazorpay(payment)).toBe(1)
    await shop.misbehave({})
  }, 60_000)

  test('is one refund when the server dies while it waits, and another server goes on', async () => {
    const first = await openShop({ webhooks: false })
    const held = await first.held()
    const receipt = await first.pay((await first.order(held.purchaseId, held.learner)).orderId)
    await first.verify(receipt, held.learner)
    await first.misbehave({
      webhooks: { lose: ['*'] },
      faults: [{ call: 'payment.refund', what: 'silent' }],
    })
    const body = { purchaseId: held.purchaseId, amountPaise: 49_900, reason: 'The class failed.' }
    await first.server.api(paymentRoutes.refund, { body }, await first.server.person({ roles: ['admin'] }))
    const made = () => first.items(`/v1/payments/${receipt.razorpay_payment_id}/refunds`)
    await eventually(async () => expect(await made()).toHaveLength(1))
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
    expect(await made()).toHaveLength(1)
  }, 90_000)
})

describe('a refund that fails', () => {
  test('is told to admins, still owed, and begun anew under another key', async () => {
    const { purchaseId, payment } = await paid()
    await shop.misbehave({ refunds: 'pending' })
    const { id } = await refund(purchaseId, 20_000)
    await eventually(async () => expect(await atRazorpay(payment)).toBe(1))
    const [made] = await shop.items(`/v1/payments/${payment}/refunds`)
    await shop.misbehave({})
    await shop.play(`/refunds/${String(made?.['id'])}`, { status: 'failed' })
    await eventually(async () => expect(await titles(admin)).toContain('A refund failed'))
    await expect(refund(purchaseId, 40_000)).rejects.toMatchObject({ code: 'refund-too-large' })
    const failed = await shop.server.api(paymentRoutes.refunds, { query: { status: 'failed' } }, admin)
    expect(failed.items.map((one) => one.id)).toContain(id)
    await shop.server.api(paymentRoutes.retryRefund, { params: { id }, body: {} }, admin)
    await done(purchaseId, [20_000])
    expect(await atRazorpay(payment)).toBe(2)
    const again = shop.server.api(paymentRoutes.retryRefund, { params: { id }, body: {} }, other)
    await expect(again).rejects.toMatchObject({ code: 'refund-refused' })
  })

  test('a disputed payment is not given back twice over', async () => {
    const { purchaseId, payment } = await paid()
    await shop.play(`/payments/${payment}/disputes`)
    await eventually(() => expect(refund(purchaseId, 100)).rejects.toMatchObject({ code: 'refund-refused' }))
    await eventually(async () => expect(await titles(admin)).toContain('A payment is disputed'))
  })
})

describe('a refund made on Razorpay’s own pages', () => {
  test('is in the books, and counts', async () => {
    const { purchaseId, payment } = await paid()
    await shop.play(`/payments/${payment}/refund`, { amount: 40_000 })
    await done(purchaseId, [40_000])
    await expect(refund(purchaseId, 10_000)).rejects.toMatchObject({ code: 'refund-too-large' })
  })

  test('takes the place of one of ours that was not there yet, and admins hear of it', async () => {
    const { purchaseId, payment } = await paid()
    await shop.misbehave({ faults: [{ call: 'payment.refund', what: 'error', times: 2 }] })
    await refund(purchaseId, 30_000)
    await shop.play(`/payments/${payment}/refund`, { amount: 49_900 })
    await done(purchaseId, [49_900])
    await eventually(async () => expect(await titles(admin)).toContain('A refund was made twice over'))
    await shop.misbehave({})
    expect((await shop.refundsOf(purchaseId)).map(({ status }) => status).sort()).toEqual(['done', 'void'])
  })
})

test('after all of this every paisa is explained', async () => {
  await eventually(async () => expect(await shop.differences()).toEqual([]))
})
