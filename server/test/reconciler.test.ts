import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventually, type Person } from './harness.ts'
import { openShop, type Held, type Shop } from './payments-shop.ts'

/** Its webhooks are lost, all of them: what happens is the reconciler's doing. */
let shop: Shop
/** The reconciliation leaves out what moved in the last minutes: for it the clock goes on. */
let aheadMs = 0
beforeAll(async () => {
  shop = await openShop({ webhooks: false, now: () => new Date(Date.now() + aheadMs) })
})
beforeEach(() => shop.misbehave({ webhooks: { lose: ['*'] } }))

const ordered = async (wish = {}) => {
  const held = await shop.held(wish)
  return { ...held, orderId: (await shop.order(held.purchaseId, held.learner)).orderId }
}
/** The order was made twenty minutes ago, and was not asked for yet. */
const older = ({ purchaseId }: Held, minutes = 20) =>
  shop.server.db
    .updateTable('payment')
    .set({ created_at: sql<Date>`now() - ${minutes} * interval '1 minute'`, checked_at: null })
    .where('purchase_id', '=', purchaseId)
    .execute()
const reconcile = () => shop.server.app.jobs.send(shop.server.db, 'payments.reconcile', {})
const newest = async () => {
  const rows = shop.server.db.selectFrom('reconciliation').select(['id', 'unexplained_paise', 'report'])
  return rows.orderBy('created_at', 'desc').limit(1).executeTakeFirst()
}
/** The daily job, and what it found. */
async function reconcileDay() {
  const before = (await newest())?.id
  aheadMs = 20 * 60_000
  await shop.server.app.jobs.send(shop.server.db, 'ledger.reconcile', {})
  const row = await eventually(async () => {
    const found = await newest()
    expect(found?.id).not.toBe(before)
    return found
  })
  aheadMs = 0
  return { paise: Number(row?.unexplained_paise), report: row?.report as { differences: { what: string }[] } }
}
const titles = async (who: Person) =>
  (await shop.server.api(notificationRoutes.notifications, { query: {} }, who)).items.map(
    (note) => note.title,
  )

test('a payment whose webhooks were all lost is booked', async () => {
  const held = await ordered()
  await shop.pay(held.orderId)
  await older(held)
  await reconcile()
  await eventually(async () => expect(await shop.state(held)).toBe('booked'))
})

test('a payment that can’t be taken in keeps nobody else’s waiting', async () => {
  const [good, bad] = [await ordered(), await ordered()]
  // Newest first: the bad one is heard before.
  await shop.pay(good.orderId)
  await shop.pay(bad.orderId)
  const spoiled = sql.raw(
    `alter table payment add constraint spoiled check (order_id <> '${bad.orderId}' or captured_paise = 0)`,
  )
  await spoiled.execute(shop.server.db)
  await reconcile()
  await eventually(async () => expect(await shop.state(good)).toBe('booked'))
  await sql`alter table payment drop constraint spoiled`.execute(shop.server.db)
  expect(await shop.state(bad)).toBe('open')
  await reconcile()
  await eventually(async () => expect(await shop.state(bad)).toBe('booked'))
})

test('a payment that was only authorised is captured and booked', async () => {
  const held = await ordered()
  await shop.misbehave({ webhooks: { lose: ['*'] }, capture: 'manual' })
  const { razorpay_payment_id: id } = await shop.pay(held.orderId)
  await older(held)
  await reconcile()
  await eventually(async () => expect(await shop.state(held)).toBe('booked'))
  expect(await shop.ask(`/v1/payments/${id}`)).toMatchObject({ status: 'captured' })
})

test('a bank’s yes two days after its no books a free seat, or goes back once', async () => {
  const [free, full] = [await ordered(), await ordered({ capacity: 1 })]
  for (const held of [free, full]) {
    const { id } = await shop.play(`/orders/${held.orderId}/fail`)
    await shop.runOut(held.purchaseId)
    await shop.server.app.sweep()
    if (held === full) await shop.held({ sessionId: full.sessionId })
    await shop.play(`/payments/${String(id)}/authorize`)
    await older(held, 2 * 24 * 60)
  }
  await reconcile()
  await eventually(async () => expect(await shop.state(free)).toBe('booked'))
  await eventually(async () => expect(await shop.state(full)).toBe('refunded'))
  expect(await shop.refundsOf(full.purchaseId)).toMatchObject([{ status: 'done', amount_paise: 49_900 }])
})

test('takes nothing from anybody: an order that nobody paid stays as it is', async () => {
  const [unpaid, failed] = [await ordered(), await ordered()]
  await shop.play(`/orders/${failed.orderId}/fail`)
  for (const held of [unpaid, failed]) await older(held)
  const paid = await ordered()
  await shop.pay(paid.orderId)
  await older(paid)
  await reconcile()
  await eventually(async () => expect(await shop.state(paid)).toBe('booked'))
  await eventually(async () => expect(await shop.state(failed)).toBe('failed'))
  expect(await shop.state(unpaid)).toBe('open')
})

test('an order that Razorpay does not know keeps no other from being asked for', async () => {
  const [unknown, held] = [await ordered(), await ordered()]
  await shop.server.db
    .updateTable('payment')
    .set({ order_id: 'order_forgotten' })
    .where('purchase_id', '=', unknown.purchaseId)
    .execute()
  await shop.pay(held.orderId)
  await older(unknown, 30)
  await older(held)
  await reconcile()
  await eventually(async () => expect(await shop.state(held)).toBe('booked'))
})

describe('what was done at Razorpay itself', () => {
  test('a refund whose webhook was lost is in the books after a round', async () => {
    const held = await ordered()
    const receipt = await shop.pay(held.orderId)
    await shop.verify(receipt, held.learner)
    await shop.play(`/payments/${receipt.razorpay_payment_id}/refund`, { amount: 9_900 })
    await reconcile()
    await eventually(async () =>
      expect(await shop.refundsOf(held.purchaseId)).toMatchObject([{ status: 'done', amount_paise: 9_900 }]),
    )
    expect(await shop.differences()).toEqual([])
  })

  test('a second payment whose webhook was lost goes back after a round', async () => {
    const held = await ordered()
    await shop.verify(await shop.pay(held.orderId), held.learner)
    const second = await shop.play(`/orders/${held.orderId}/pay`, { again: true })
    await reconcile()
    const about = `/v1/payments/${String(second['razorpay_payment_id'])}`
    await eventually(async () => expect(await shop.ask(about)).toMatchObject({ status: 'refunded' }))
    expect(await shop.state(held)).toBe('booked')
  })
})

describe('the daily reconciliation', () => {
  test('finds 0 unexplained paise after all of that, Razorpay’s lists of a hundred a page included', async () => {
    const held = await ordered()
    for (let n = 0; n < 105; n++) await shop.play(`/orders/${held.orderId}/fail`)
    await shop.pay(held.orderId)
    expect(await reconcileDay()).toEqual({ paise: 0, report: { differences: [], leftOut: 0 } })
    expect(await shop.state(held)).toBe('booked')
  }, 60_000)

  test('names money that Razorpay holds and nobody here knows of, and tells admins', async () => {
    const admin = await shop.server.person({ roles: ['admin'] })
    const socket = await shop.server.connect(admin)
    const stranger = await ordered()
    await shop.pay(stranger.orderId)
    await shop.server.db.deleteFrom('payment').where('order_id', '=', stranger.orderId).execute()
    const { paise, report } = await reconcileDay()
    expect(paise).toBe(49_900)
    expect(report.differences.map(({ what }) => what)).toEqual([
      'Razorpay holds a payment that is not in our books',
    ])
    await socket.heard('system.alert', ({ message }) => message.includes('₹499 can’t be explained'))
    await eventually(async () => expect(await titles(admin)).toContain('The books do not agree'))
  })
})
