/** Admins give money back: never more than was paid, and never twice, wherever it was asked for. */
import { paymentRoutes } from '@peerlearn/contract/payments'
import { beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './harness.ts'
import { openRefunds, type RefundDesk } from './refund-desk.ts'

let shop: RefundDesk
beforeAll(async () => {
  shop = await openRefunds()
})

describe('two admins at once', () => {
  test('can’t give back more than was paid, and the second is told what is left', async () => {
    const owner = await shop.server.person({ roles: ['owner'] })
    const { purchaseId, payment } = await shop.paid()
    const asked = await Promise.allSettled([
      shop.refund(purchaseId, 30_000),
      shop.refund(purchaseId, 30_000, owner),
    ])
    const refused = asked.filter((one) => one.status === 'rejected').map(({ reason }) => reason as Error)
    expect(refused).toMatchObject([{ code: 'refund-too-large', status: 409 }])
    expect(refused[0]?.message).toContain('₹199.00')
    await shop.done(purchaseId, [30_000])
    expect(await shop.ask(`/v1/payments/${payment}`)).toMatchObject({ amount_refunded: 30_000 })
  })

  test('twenty of them in small parts stop at the last paisa', async () => {
    const { purchaseId, payment } = await shop.paid()
    const admins = await Promise.all(Array.from({ length: 20 }, () => shop.admin()))
    const asked = admins.map((who) => shop.refund(purchaseId, 10_000, who))
    const given = (await Promise.allSettled(asked)).filter(({ status }) => status === 'fulfilled')
    expect(given).toHaveLength(4)
    await shop.refund(purchaseId, 9_900)
    await expect(shop.refund(purchaseId, 1)).rejects.toMatchObject({ code: 'refund-too-large' })
    await eventually(async () =>
      expect(await shop.ask(`/v1/payments/${payment}`)).toMatchObject({ status: 'refunded' }),
    )
    await eventually(async () =>
      expect((await shop.refundsOf(purchaseId)).map(({ status }) => status)).toEqual(Array(5).fill('done')),
    )
  })

  test('the database itself refuses more than was captured', async () => {
    const { purchaseId } = await shop.paid()
    const raised = shop.server.db
      .updateTable('payment')
      .set({ refunded_paise: 49_901 })
      .where('purchase_id', '=', purchaseId)
      .execute()
    await expect(raised).rejects.toMatchObject({ constraint: 'payment_refunded' })
  })
})

test('a double click with its Idempotency-Key is one refund, and is in the audit log', async () => {
  const admin = await shop.admin()
  const { purchaseId } = await shop.paid()
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
  await shop.done(purchaseId, [10_000])
  const noted = await shop.server.db
    .selectFrom('audit_event')
    .select(['actor_id', 'action', 'data'])
    .where('action', '=', 'payment.refunded')
    .execute()
  expect(noted.filter(({ data }) => (data as { refund?: string }).refund === one.id)).toHaveLength(1)
})

test('a refund whose server died before it kept the answer is not made again, days later either', async () => {
  const admin = await shop.admin()
  const { purchaseId } = await shop.paid()
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
  await shop.done(purchaseId, [49_900])
})

test('the payer is told once, and a learner can’t refund', async () => {
  const { purchaseId, learner } = await shop.paid()
  await expect(shop.refund(purchaseId, 100, learner)).rejects.toMatchObject({ code: 'forbidden' })
  const stale = await shop.server.person({ roles: ['admin'], secondFactor: false })
  await expect(shop.refund(purchaseId, 100, stale)).rejects.toMatchObject({ code: 'second-factor-needed' })
  await shop.refund(purchaseId, 10_000)
  await shop.done(purchaseId, [10_000])
  await eventually(async () =>
    expect(
      (await shop.titles(learner)).filter((title) => title === 'Your money is on its way back'),
    ).toHaveLength(1),
  )
})

test('a disputed payment is not given back twice over', async () => {
  const admin = await shop.admin()
  const { purchaseId, payment } = await shop.paid()
  await shop.play(`/payments/${payment}/disputes`)
  await eventually(() =>
    expect(shop.refund(purchaseId, 100)).rejects.toMatchObject({ code: 'refund-refused' }),
  )
  await eventually(async () => expect(await shop.titles(admin)).toContain('A payment is disputed'))
})

describe('a refund made on Razorpay’s own pages', () => {
  test('is in the books, and counts', async () => {
    const { purchaseId, payment } = await shop.paid()
    await shop.play(`/payments/${payment}/refund`, { amount: 40_000 })
    await shop.done(purchaseId, [40_000])
    await expect(shop.refund(purchaseId, 10_000)).rejects.toMatchObject({ code: 'refund-too-large' })
  })

  test('takes the place of one of ours that was not there yet, and admins hear of it', async () => {
    const admin = await shop.admin()
    const { purchaseId, payment } = await shop.paid()
    await shop.misbehave({ faults: [{ call: 'payment.refund', what: 'error', times: 2 }] })
    await shop.refund(purchaseId, 30_000)
    await shop.play(`/payments/${payment}/refund`, { amount: 49_900 })
    await shop.done(purchaseId, [49_900])
    await eventually(async () => expect(await shop.titles(admin)).toContain('A refund was made twice over'))
    await shop.misbehave({})
    expect((await shop.refundsOf(purchaseId)).map(({ status }) => status).sort()).toEqual(['done', 'void'])
  })
})

test('after all of this every paisa is explained', async () => {
  await eventually(async () => expect(await shop.differences()).toEqual([]))
})
