/** Money that goes back after it was paid out, or in parts: the mentor's books stay right. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newSession } from './factories.ts'
import { eventually } from './harness.ts'
import { openPayoutShop, type PayoutShop, type Sold } from './payouts-shop.ts'

let shop: PayoutShop
beforeAll(async () => {
  shop = await openPayoutShop()
})

/** Whatever happened: the books say what the rows say, to the paisa. */
afterEach(async () => {
  await eventually(async () => expect(await shop.differences()).toEqual([]))
})

/** A mentor who was paid for a seat. */
async function paidOut() {
  const mentor = await shop.newMentor()
  const sold = await shop.sell(mentor)
  await shop.teach(sold)
  await shop.stand(mentor, [{ status: 'settled' }])
  return { mentor, sold }
}

/** Who owes all of it: its learner got everything back. */
async function owing() {
  const { mentor, sold } = await paidOut()
  await shop.refund(sold, 49_900)
  await shop.refunded(sold)
  return mentor
}

const paidBack = async ({ purchaseId }: Sold) =>
  (await shop.refundsOf(purchaseId)).map(({ amount_paise }) => amount_paise)

describe('money that goes back after it was paid out', () => {
  test('is owed by the mentor, without the platform’s fee, and kept from the next payouts', async () => {
    const mentor = await owing()
    await shop.sweep()
    await shop.stand(mentor, [{ taken_back_paise: 49_900, fee_back_paise: 4_990 }])
    expect((await shop.earnings(mentor)).totals).toMatchObject({ owedPaise: 44_910, earnedPaise: 0 })
    const next = await shop.sell(mentor)
    await shop.teach(next)
    await shop.stand(mentor, [{}, { status: 'settled', withheld_paise: 44_910, transfer_id: null }])
    expect(await shop.transfersOf(next.payment)).toEqual([])
    expect((await shop.earnings(mentor)).totals).toMatchObject({ owedPaise: 0, paidPaise: 44_910 })
  })

  test('is kept once, though two payouts are sent at the same moment', async () => {
    const mentor = await owing()
    await shop.sweep()
    await shop.stand(mentor, [{ taken_back_paise: 49_900 }])
    const first = await shop.sell(mentor)
    const second = await shop.sell(mentor, first.sessionId)
    await shop.teach(first)
    await shop.stand(mentor, [{}, { status: 'settled' }, { status: 'settled' }])
    const withheld = (await shop.payouts(mentor)).map((payout) => payout.withheld_paise)
    expect(withheld.toSorted((a, b) => a - b)).toEqual([0, 0, 44_910])
    const made = [...(await shop.transfersOf(first.payment)), ...(await shop.transfersOf(second.payment))]
    expect(made).toHaveLength(1)
  })

  test('is not sent when it was not sent yet', async () => {
    const mentor = await shop.newMentor({ account: false })
    const sold = await shop.sell(mentor)
    await shop.teach(sold)
    await shop.stand(mentor, [{ status: 'due' }])
    await shop.refund(sold, 9_900)
    await shop.refunded(sold)
    await shop.linkAccount(mentor)
    await shop.stand(mentor, [{ status: 'settled', withheld_paise: 8_910 }])
    expect(await shop.transfersOf(sold.payment)).toMatchObject([{ amount: 36_000 }])
    expect((await shop.earnings(mentor)).totals).toMatchObject({ owedPaise: 0, paidPaise: 36_000 })
  })

  test('waits while a bank asks for it, and is sent when the dispute was won', async () => {
    const mentor = await shop.newMentor()
    const sold = await shop.sell(mentor)
    const { id } = await shop.play(`/payments/${sold.payment}/disputes`)
    await shop.disputeIs(String(id), 'open')
    await shop.teach(sold)
    expect(await shop.payouts(mentor)).toEqual([])
    await shop.play(`/disputes/${String(id)}`, { status: 'won' })
    await shop.disputeIs(String(id), 'won')
    await shop.sweep()
    await shop.stand(mentor, [{ status: 'settled', gross_paise: 49_900 }])
  })

  test('is owed when a dispute about it is lost', async () => {
    const { mentor, sold } = await paidOut()
    const { id } = await shop.play(`/payments/${sold.payment}/disputes`)
    await shop.play(`/disputes/${String(id)}`, { status: 'lost' })
    await shop.disputeIs(String(id), 'lost')
    await shop.sweep()
    await shop.stand(mentor, [{ taken_back_paise: 49_900 }])
    expect((await shop.earnings(mentor)).totals).toMatchObject({ owedPaise: 44_910 })
  })

  test('is paid by a transfer that an admin reverses at Razorpay', async () => {
    const mentor = await owing()
    const [{ transfer_id } = { transfer_id: '' }] = await shop.payouts(mentor)
    await shop.make(`/v1/transfers/${transfer_id}/reversals`, {})
    await shop.stand(mentor, [{ reversed_paise: 44_910 }])
    await shop.sweep()
    await shop.stand(mentor, [{ taken_back_paise: 49_900 }])
    expect((await shop.earnings(mentor)).totals).toMatchObject({ owedPaise: 0, paidPaise: 0, earnedPaise: 0 })
  })
})

test('the part of a late cancellation that stayed goes back when the session is cancelled after all', async () => {
  const mentor = await shop.newMentor()
  const sessionId = await newSession(shop.server.db, {
    mentorId: mentor.userId,
    price_paise: 49_900,
    refund_full_hours: 48,
    refund_half_hours: 0,
  })
  const sold = await shop.sell(mentor, sessionId)
  await shop.server.api(bookingRoutes.cancel, { params: { id: sold.bookingId } }, sold.learner)
  await shop.refunded(sold)
  await shop.server.api(sessionRoutes.cancel, { params: { id: sessionId } }, mentor)
  await shop.server.app.jobs.send(shop.server.db, 'payouts.left-over', {})
  await expect.poll(() => paidBack(sold), { timeout: 20_000 }).toEqual([24_950, 24_950])
  await shop.refunded(sold)
})

test('so does that of a seat which had moved to a cheaper session: what came back then was not of its price', async () => {
  const { server } = shop
  const mentor = await shop.newMentor()
  const strict = { mentorId: mentor.userId, refund_full_hours: 0, refund_half_hours: 0 }
  const inHours = (hours: number) => ({ starts_at: new Date(Date.now() + hours * 3_600_000) })
  const dear = await newSession(server.db, { ...strict, price_paise: 49_900, ...inHours(40) })
  const cheap = await newSession(server.db, { ...strict, price_paise: 20_000, ...inHours(44) })
  const sold = await shop.sell(mentor, dear)
  const to = { params: { id: sold.bookingId }, body: { sessionId: cheap } }
  const moved = await server.api(bookingRoutes.move, to, sold.learner)
  const late = { refund_full_hours: 48, refund_half_hours: 0 }
  await server.db.updateTable('session').set(late).where('id', '=', cheap).execute()
  await server.api(bookingRoutes.cancel, { params: { id: moved.id } }, sold.learner)
  await server.api(sessionRoutes.cancel, { params: { id: cheap } }, mentor)
  expect(await paidBack(sold)).toEqual([29_900, 10_000])
  await server.app.jobs.send(server.db, 'payouts.left-over', {})
  await expect.poll(() => paidBack(sold), { timeout: 20_000 }).toEqual([29_900, 10_000, 10_000])
  await shop.refunded(sold)
})

test('after all of this Razorpay says the same as the books', async () => {
  await eventually(async () => expect(await shop.gatewayDifferences()).toEqual([]))
})
