/** Razorpay tells what happened in any order, some of it twice: how it ends does not depend on that. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { eventually } from './harness.ts'
import { openShop, type Held, type Shop } from './payments-shop.ts'

let shop: Shop
/** Its events are lost: the tests tell them themselves, as the sandbox would have sent them. */
beforeAll(async () => {
  shop = await openShop({ webhooks: false })
})

interface Told {
  id: string
  event: string
  body: string
}

/** Every event that the sandbox had to tell about this order. */
async function eventsOf(orderId: string): Promise<Told[]> {
  const all = (await shop.items('/control/webhooks')) as unknown as Told[]
  const mine = all.filter(({ body }) => body.includes(orderId))
  return [...new Map(mine.map((told) => [told.id, told])).values()]
}

/** A delivery: which event, and whether under its own id or, as of a second event about the same thing, a new one. */
const deliveries = (events: Told[]) =>
  fc
    .array(fc.record({ n: fc.nat({ max: events.length - 1 }), again: fc.boolean() }), { maxLength: 8 })
    .chain((doubles) => {
      const once = events.map((_, n) => ({ n, again: false }))
      const all = [...once, ...doubles]
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })
    })

async function deliver(events: Told[], order: { n: number; again: boolean }[]): Promise<void> {
  for (const { n, again } of order) {
    const { id, body } = events[n]!
    const told = await shop.tell(JSON.parse(body) as object, { id: again ? crypto.randomUUID() : id })
    expect(told).toBe(200)
  }
}

/** How it ended: rows without their ids, and what the books hold of it. */
async function endOf({ purchaseId, bookingId }: Held) {
  const { db } = shop.server
  const { rows: books } = await sql<{ account: string; paise: string }>`
    select split_part(account, ':', 1) as account, sum(ledger_line.amount_paise)::text as paise
    from ledger_line join ledger_entry on ledger_entry.id = entry_id
      join payment on payment.id = ledger_entry.payment_id
    where payment.purchase_id = ${purchaseId} group by 1 having sum(ledger_line.amount_paise) <> 0 order by 1`.execute(
    db,
  )
  const payments = await db
    .selectFrom('payment')
    .select(['status', 'surplus', 'captured_paise', 'refunded_paise', 'fee_paise'])
    .where('purchase_id', '=', purchaseId)
    .orderBy('surplus')
    .execute()
  const { rows: others } = await sql`
    select 'refund' as kind, refund.amount_paise, refund.status from refund join payment on payment.id = refund.payment_id
      where purchase_id = ${purchaseId}
    union all select 'dispute', dispute.amount_paise, dispute.status from dispute join payment on payment.id = dispute.payment_id
      where purchase_id = ${purchaseId}
    union all select 'booking', paid_paise, status from booking where id = ${bookingId}
    order by 1, 2, 3`.execute(db)
  return { books, payments, others }
}

/** What Razorpay keeps of ₹499. */
const fee = 1178
/** A payment of ₹499 as it is in the end. */
const paymentOf = (end: { refunded_paise: number; status?: string; surplus?: boolean }) => ({
  status: 'captured',
  surplus: false,
  captured_paise: 49_900,
  fee_paise: fee,
  ...end,
})

const ordered = async () => {
  const held = await shop.held()
  return { held, orderId: (await shop.order(held.purchaseId, held.learner)).orderId }
}

test('failed, authorized, captured, order.paid, refunds made elsewhere and a dispute, in every order and twice', async () => {
  const story = async () => {
    const { held, orderId } = await ordered()
    await shop.play(`/orders/${orderId}/fail`)
    const { razorpay_payment_id: paid } = await shop.pay(orderId)
    await shop.misbehave({ webhooks: { lose: ['*'] }, refunds: 'pending' })
    const first = await shop.play(`/payments/${paid}/refund`, { amount: 10_000 })
    const second = await shop.play(`/payments/${paid}/refund`, { amount: 5_000 })
    await shop.play(`/refunds/${String(first['id'])}`, { status: 'processed' })
    await shop.play(`/refunds/${String(second['id'])}`, { status: 'failed' })
    const dispute = await shop.play(`/payments/${paid}/disputes`, { amount: 20_000 })
    for (const status of ['under_review', 'won'])
      await shop.play(`/disputes/${String(dispute['id'])}`, { status })
    return { held, events: await eventsOf(orderId) }
  }
  const like = (await story()).events
  expect(like.map(({ event }) => event)).toEqual([
    ...['payment.failed', 'payment.authorized', 'payment.captured', 'order.paid'],
    ...['refund.created', 'refund.created', 'refund.processed', 'refund.failed'],
    ...['payment.dispute.created', 'payment.dispute.under_review', 'payment.dispute.won'],
  ])
  await fc.assert(
    fc.asyncProperty(deliveries(like), async (order) => {
      const { held, events } = await story()
      await deliver(events, order)
      expect(await endOf(held)).toEqual({
        books: [
          { account: 'gateway', paise: String(39_900 - fee) },
          { account: 'gateway-fees', paise: String(fee) },
          { account: 'held', paise: '-39900' },
        ],
        payments: [paymentOf({ refunded_paise: 10_000 })],
        others: [
          { kind: 'booking', amount_paise: 49_900, status: 'confirmed' },
          { kind: 'dispute', amount_paise: 20_000, status: 'won' },
          { kind: 'refund', amount_paise: 5_000, status: 'void' },
          { kind: 'refund', amount_paise: 10_000, status: 'done' },
        ],
      })
    }),
    { numRuns: 30 },
  )
  expect(await shop.differences()).toEqual([])
}, 120_000)

test('a late yes after a no and a second payment, in every order and twice: one seat, one refund of all of it', async () => {
  await shop.misbehave({ webhooks: { lose: ['*'] } })
  const story = async () => {
    const { held, orderId } = await ordered()
    const { id: first } = await shop.play(`/orders/${orderId}/fail`)
    await shop.pay(orderId)
    await shop.play(`/payments/${String(first)}/authorize`)
    return { held, events: await eventsOf(orderId) }
  }
  const like = (await story()).events
  expect(like).toHaveLength(7)
  await fc.assert(
    fc.asyncProperty(deliveries(like), async (order) => {
      const { held, events } = await story()
      await deliver(events, order)
      await eventually(async () =>
        expect(await endOf(held)).toEqual({
          books: [
            { account: 'gateway', paise: String(49_900 - 2 * fee) },
            { account: 'gateway-fees', paise: String(2 * fee) },
            { account: 'held', paise: '-49900' },
          ],
          payments: [
            paymentOf({ refunded_paise: 0 }),
            paymentOf({ status: 'refunded', surplus: true, refunded_paise: 49_900 }),
          ],
          others: [
            { kind: 'booking', amount_paise: 49_900, status: 'confirmed' },
            { kind: 'refund', amount_paise: 49_900, status: 'done' },
          ],
        }),
      )
    }),
    { numRuns: 15 },
  )
  expect(await shop.differences()).toEqual([])
}, 120_000)
