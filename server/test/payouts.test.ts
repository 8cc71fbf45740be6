/** What a mentor earned arrives once, less the fee that was agreed, and every paisa stays in the books. */
import { moneyRoutes } from '@peerlearn/contract/money'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sql } from 'kysely'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { eventually, type Person } from './harness.ts'
import { openPayoutShop, type PayoutShop } from './payouts-shop.ts'

let shop: PayoutShop
beforeAll(async () => {
  shop = await openPayoutShop()
})

/** Whatever happened: the books say what the rows say, to the paisa. */
afterEach(async () => {
  await shop.misbehave({})
  await eventually(async () => expect(await shop.differences()).toEqual([]))
})

const titles = async (who: Person) =>
  (await shop.server.api(notificationRoutes.notifications, { query: {} }, who)).items.map(
    (note) => note.title,
  )
const retry = async (id: string) =>
  shop.server.api(moneyRoutes.retryPayout, { params: { id }, body: {} }, await shop.admin())

describe('once a session was given', () => {
  test('its mentor is paid what learners paid, less the platform’s fee, and hears of it', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    expect((await shop.earnings(mentor)).totals).toMatchObject({ heldPaise: 49_900, earnedPaise: 0 })
    await shop.teach(sold)
    const parts = { gross_paise: 49_900, fee_paise: 4_990, amount_paise: 44_910 }
    await shop.stand(mentor, [{ status: 'settled', ...parts }])
    expect(await shop.transfersOf(sold.payment)).toMatchObject([{ amount: 44_910, status: 'processed' }])
    const { totals, items } = await shop.earnings(mentor)
    expect(totals).toEqual({
      earnedPaise: 44_910,
      heldPaise: 0,
      onTheWayPaise: 0,
      paidPaise: 44_910,
      owedPaise: 0,
    })
    expect(items).toMatchObject([{ sessionId: sold.sessionId, state: 'paid', feePaise: 4_990 }])
    await eventually(async () => expect(await titles(mentor)).toContain('You were paid'))
  })

  test('each payment of it is paid out, by the fee that was agreed with this mentor', async () => {
    const mentor = await shop.newMentor({ feeBasisPoints: 725 })
    const first = await shop.sell(mentor)
    await shop.sell(mentor, first.sessionId)
    await shop.teach(first)
    const part = { status: 'settled', gross_paise: 49_900, fee_paise: 3_617, amount_paise: 46_283 }
    await shop.stand(mentor, [part, part])
  })

  test('who ended early is paid the part that was given', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    await shop.teach(sold, 30)
    await shop.stand(mentor, [{ status: 'settled' }])
    const [payout] = await shop.payouts(mentor)
    const [back] = await shop.refundsOf(sold.purchaseId)
    expect(payout!.gross_paise + back!.amount_paise).toBe(49_900)
    expect(back!.amount_paise).toBeGreaterThan(20_000)
  })

  test('who did not come is paid nothing', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    await shop.teach(sold, 0)
    await shop.refunded(sold)
    expect(await shop.payouts(mentor)).toEqual([])
    expect((await shop.earnings(mentor)).totals.heldPaise).toBe(0)
  })

  test('what an admin gave back before is not paid out', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    await shop.refund(sold, 20_000)
    await shop.refunded(sold)
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'settled', gross_paise: 29_900, fee_paise: 2_990 }])
  })
})

describe('when Razorpay misbehaves', () => {
  test.each(['lost', 'error-after'] as const)(
    'a transfer taken on without an answer (%s) is made once',
    async (what) => {
      const mentor = await shop.newMentor()
      const sold = await shop.sell(mentor)
      // Its event gets lost too: only a look at Razorpay can tell.
      await shop.misbehave({ webhooks: { lose: ['*'] }, faults: [{ call: 'payment.transfer', what }] })
      await shop.teach(sold)
      await shop.stand(mentor, [{ status: 'settled', attempts: 2 }])
      expect(await shop.transfersOf(sold.payment)).toHaveLength(1)
    },
  )

  test('one that it did not take on is asked for again', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    await shop.misbehave({ faults: [{ call: 'payment.transfer', what: 'error' }] })
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'settled', attempts: 2 }])
    expect(await shop.transfersOf(sold.payment)).toHaveLength(1)
  })

  test('ten jobs at once for the same payout make one transfer', async () => {
    const mentor = await shop.newMentor({ account: false })
    const sold = await shop.sell(mentor)
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'due' }])
    const [{ id } = { id: '' }] = await shop.payouts(mentor)
    await shop.linkAccount(mentor)
    const { jobs } = shop.server.app
    await Promise.all(
      Array.from({ length: 10 }, () => jobs.send(shop.server.db, 'payout.send', { payoutId: id })),
    )
    await shop.stand(mentor, [{ status: 'settled' }])
    expect(await shop.transfersOf(sold.payment)).toHaveLength(1)
  })

  test('a pending transfer is on its way, then fails, tells the admins, and begins anew once', async () => {
    const mentor = await shop.newMentor()
    const admin = await shop.admin()
    const sold = await shop.sell(mentor)
    await shop.misbehave({ transfers: 'pending' })
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'sent', transfer_id: expect.any(String) as string }])
    expect((await shop.differences()).length).toBe(0)
    expect((await shop.earnings(mentor)).totals).toMatchObject({ onTheWayPaise: 44_910, paidPaise: 0 })
    const [{ id, transfer_id } = { id: '', transfer_id: '' }] = await shop.payouts(mentor)
    await shop.play(`/transfers/${transfer_id}`, { status: 'failed' })
    await shop.stand(mentor, [{ status: 'failed', failure: 'The linked account could not be credited' }])
    await eventually(async () => expect(await titles(admin)).toContain('A payout failed'))
    expect(await shop.differences()).toEqual([])
    await shop.misbehave({})
    const tries = await Promise.allSettled([retry(id), retry(id), retry(id)])
    expect(tries.some(({ status }) => status === 'fulfilled')).toBe(true)
    await shop.stand(mentor, [{ status: 'settled', restarts: 1 }])
    const made = await shop.transfersOf(sold.payment)
    expect(made.map(({ status }) => status).sort()).toEqual(['failed', 'processed'])
    await expect(retry(id)).rejects.toMatchObject({ code: 'payout-refused' })
  })

  test('its first failure begins anew by itself', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    await shop.misbehave({ transfers: 'pending' })
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'sent', transfer_id: expect.any(String) as string }])
    const [{ id, transfer_id } = { id: '', transfer_id: '' }] = await shop.payouts(mentor)
    await shop.play(`/transfers/${transfer_id}`, { status: 'failed' })
    await shop.stand(mentor, [{ status: 'failed' }])
    await shop.misbehave({})
    // The half hour is over.
    await shop.server.app.jobs.send(shop.server.db, 'payout.retry', { payoutId: id, start: 0 }, { key: id })
    await shop.stand(mentor, [{ status: 'settled', restarts: 1 }])
    await shop.server.app.jobs.send(shop.server.db, 'payout.retry', { payoutId: id, start: 0 })
    expect(await shop.transfersOf(sold.payment)).toHaveLength(2)
  })

  test('an end that nobody told is asked for', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    await shop.misbehave({ webhooks: { lose: ['*'] }, transfers: 'pending' })
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'sent', transfer_id: expect.any(String) as string }])
    const [{ id, transfer_id } = { id: '', transfer_id: '' }] = await shop.payouts(mentor)
    await shop.play(`/transfers/${transfer_id}`, { status: 'processed' })
    await shop.server.db
      .updateTable('payout')
      .set({ updated_at: sql`now() - interval '11 minutes'` })
      .where('id', '=', id)
      .execute()
    await shop.sweep()
    await shop.stand(mentor, [{ status: 'settled' }])
  })
})

describe('without an account', () => {
  test('the money waits with a reason, and is sent when the account is set', async () => {
    const mentor = await shop.newMentor({ account: false })
    const admin = await shop.admin()
    const sold = await shop.sell(mentor)
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'due', failure: expect.stringContaining('no account') as string }])
    expect((await shop.earnings(mentor)).items).toMatchObject([{ state: 'waiting' }])
    expect((await shop.earnings(mentor)).payable).toBe(false)
    await eventually(async () =>
      expect(await titles(admin)).toContain('A mentor has no account to be paid to'),
    )
    expect(await shop.transfersOf(sold.payment)).toEqual([])
    await shop.linkAccount(mentor)
    await shop.stand(mentor, [{ status: 'settled', failure: null }])
    expect(await shop.transfersOf(sold.payment)).toHaveLength(1)
  })

  test('an account that Razorpay does not know, or that another mentor has, is refused', async () => {
    const [mentor, other] = [
      await shop.newMentor({ account: false }),
      await shop.newMentor({ account: false }),
    ]
    const account = await shop.linkAccount(other)
    const set = async (linkedAccountId: string) =>
      shop.server.api(
        moneyRoutes.setTerms,
        { params: { id: mentor.userId }, body: { feeBasisPoints: null, linkedAccountId } },
        await shop.admin(),
      )
    await expect(set('acc_unknown123')).rejects.toMatchObject({ code: 'bad-input' })
    await expect(set(account)).rejects.toMatchObject({ code: 'bad-input' })
  })
})
