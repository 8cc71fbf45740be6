/** Money that goes back after it was paid out, packs that expire, and disputes: the mentor's books stay right. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { packRoutes } from '@peerlearn/contract/packs'
import { peopleRoutes } from '@peerlearn/contract/people'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { giveAllCreditsBack } from '../src/bookings/pack-credits.ts'
import { createLog } from '../src/log.ts'
import { findGatewayDifferences } from '../src/payments/gateway-check.ts'
import { connectRazorpay, createGateway } from '../src/payments/gateway.ts'
import { findExpiredPacks } from '../src/payouts/due.ts'
import { newSession } from './factories.ts'
import { eventually, type Person } from './harness.ts'
import { openPayoutShop, type PayoutShop } from './payouts-shop.ts'

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

describe('a pack', () => {
  /** Three sessions for ₹1,000. */
  async function packOf(mentor: Person) {
    const learner = await shop.server.person()
    const offer = { title: 'Three sessions', credits: 3, pricePaise: 100_000, validDays: 90 }
    const { id } = await shop.server.api(packRoutes.offer, { body: offer }, mentor)
    const bought = await shop.server.api(packRoutes.buy, { params: { id }, body: {} }, learner)
    const receipt = await shop.pay((await shop.order(bought.id, learner)).orderId)
    await shop.verify(receipt, learner)
    const [pack] = (await shop.server.api(packRoutes.mine, {}, learner)).items
    return { learner, packId: pack!.id, purchaseId: bought.id, payment: receipt.razorpay_payment_id }
  }
  const expire = (id: string) =>
    shop.server.db
      .updateTable('pack')
      .set({ expires_at: new Date(0) })
      .where('id', '=', id)
      .execute()
  const payExpired = () => shop.server.app.jobs.send(shop.server.db, 'payouts.expired-packs', {})

  test('is paid out session by session, and what nobody used when it expires, once', async () => {
    const mentor = await shop.newMentor()
    const { learner, packId, purchaseId, payment } = await packOf(mentor)
    const sessionId = await newSession(shop.server.db, { mentorId: mentor.userId, price_paise: 49_900 })
    const { id } = await shop.server.api(
      bookingRoutes.book,
      { params: { id: sessionId }, body: { packId } },
      learner,
    )
    await shop.teach({ sessionId, bookingId: id, purchaseId, learner, payment, mentor })
    await shop.stand(mentor, [{ status: 'settled', gross_paise: 33_333 }])
    await expire(packId)
    await payExpired()
    await shop.stand(mentor, [{}, { status: 'settled', session_id: null, gross_paise: 66_667 }])
    await payExpired()
    await expect.poll(() => shop.transfersOf(payment)).toHaveLength(2)
    const { items, totals } = await shop.earnings(mentor)
    expect(items.map(({ title }) => title)).toContain('Three sessions (unused)')
    expect(totals).toMatchObject({ earnedPaise: 90_001, paidPaise: 90_001, heldPaise: 0 })
  })

  test('of a mentor who may not teach any more is paid back as far as nobody used it, once, and its learner is told', async () => {
    const { server } = shop
    const mentor = await shop.newMentor()
    const { learner, packId, purchaseId, payment } = await packOf(mentor)
    const unused = await packOf(mentor)
    const expired = await packOf(mentor)
    await expire(expired.packId)
    const book = async (starts: number) => {
      const starts_at = new Date(Date.now() + starts * 3_600_000)
      const wish = { mentorId: mentor.userId, price_paise: 49_900, starts_at }
      const id = await newSession(server.db, wish)
      const seat = await server.api(bookingRoutes.book, { params: { id }, body: { packId } }, learner)
      return { sessionId: id, bookingId: seat.id }
    }
    const taught = await book(1)
    await shop.teach({ ...taught, purchaseId, learner, payment, mentor })
    await shop.stand(mentor, [{ status: 'settled', gross_paise: 33_333 }])
    // Cancelled with all that was planned: its credit comes back before.
    await book(50)
    const owner = await server.person({ roles: ['admin'] })
    const body = { reason: 'Sold seats outside.' }
    await server.api(peopleRoutes.suspend, { params: { id: mentor.userId }, body }, owner)
    const amounts = (of: string) => async () =>
      (await shop.refundsOf(of)).map((one) => [one.status, one.amount_paise])
    await expect.poll(amounts(purchaseId), { timeout: 20_000 }).toEqual([['done', 66_667]])
    await expect.poll(amounts(unused.purchaseId), { timeout: 20_000 }).toEqual([['done', 100_000]])
    await payExpired()
    await server.app.jobs.send(server.db, 'people.stop-teaching', { accountId: mentor.userId })
    await server.api(peopleRoutes.lift, { params: { id: mentor.userId }, body: {} }, owner)
    const [pack] = (await server.api(packRoutes.mine, {}, learner)).items
    expect(pack).toMatchObject({ left: 0 })
    await eventually(async () => {
      const notes = (await server.api(notificationRoutes.notifications, { query: {} }, learner)).items
      const told = notes.filter(({ title }) => title === 'Your pack ends, and is paid back')
      expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('the 2 sessions')])
    })
    // What nobody used in time stays the mentor's, now that they may teach again; of the others nothing is left to pay.
    await payExpired()
    await shop.stand(mentor, [{}, { status: 'settled', session_id: null, gross_paise: 100_000 }])
    expect(await amounts(expired.purchaseId)()).toEqual([])
  })

  test('of a mentor who may not teach is not paid back while the payer’s bank asks for its money', async () => {
    const { server } = shop
    const mentor = await shop.newMentor()
    const { purchaseId, payment } = await packOf(mentor)
    const { id } = await shop.play(`/payments/${payment}/disputes`)
    await shop.disputeIs(String(id), 'open')
    const stop = { suspended_at: new Date(), suspended_because: 'Sold seats outside.' }
    await server.db.updateTable('account').set(stop).where('id', '=', mentor.userId).execute()
    await payExpired()
    expect(await shop.refundsOf(purchaseId)).toEqual([])
    await shop.play(`/disputes/${String(id)}`, { status: 'won' })
    await shop.disputeIs(String(id), 'won')
    await payExpired()
    await expect
      .poll(async () => (await shop.refundsOf(purchaseId)).map((one) => one.amount_paise), {
        timeout: 20_000,
      })
      .toEqual([100_000])
  })

  test('that was paid back takes a credit that returns later to the same payer', async () => {
    const { server } = shop
    const mentor = await shop.newMentor()
    const { learner, packId, purchaseId } = await packOf(mentor)
    const id = await newSession(server.db, { mentorId: mentor.userId, price_paise: 49_900 })
    await server.api(bookingRoutes.book, { params: { id }, body: { packId } }, learner)
    const stop = { suspended_at: new Date(), suspended_because: 'Sold seats outside.' }
    await server.db.updateTable('account').set(stop).where('id', '=', mentor.userId).execute()
    await payExpired()
    const amounts = async () => (await shop.refundsOf(purchaseId)).map((one) => one.amount_paise)
    await expect.poll(amounts, { timeout: 20_000 }).toEqual([66_667])
    await server.db.transaction().execute((trx) => giveAllCreditsBack(trx, id))
    await payExpired()
    await expect.poll(amounts, { timeout: 20_000 }).toEqual([66_667, 33_333])
    await server.db
      .updateTable('booking')
      .set({ seat: null, status: 'cancelled' })
      .where('session_id', '=', id)
      .execute()
  })

  test('that expired waits for a session that is still to come', async () => {
    const mentor = await shop.newMentor()
    const { learner, packId } = await packOf(mentor)
    const sessionId = await newSession(shop.server.db, { mentorId: mentor.userId, price_paise: 49_900 })
    await shop.server.api(bookingRoutes.book, { params: { id: sessionId }, body: { packId } }, learner)
    await expire(packId)
    expect((await findExpiredPacks(shop.server.db)).filter((one) => one.mentorId === mentor.userId)).toEqual(
      [],
    )
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
  await expect
    .poll(async () => (await shop.refundsOf(sold.purchaseId)).map((one) => one.amount_paise), {
      timeout: 20_000,
    })
    .toEqual([24_950, 24_950])
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
  const amounts = async () => (await shop.refundsOf(sold.purchaseId)).map((one) => one.amount_paise)
  expect(await amounts()).toEqual([29_900, 10_000])
  await server.app.jobs.send(server.db, 'payouts.left-over', {})
  await expect.poll(amounts, { timeout: 20_000 }).toEqual([29_900, 10_000, 10_000])
  await shop.refunded(sold)
})

test('after all of this Razorpay says the same as the books', async () => {
  const { config, db } = shop.server
  const link = connectRazorpay({
    keyId: config.RAZORPAY_KEY_ID,
    keySecret: config.RAZORPAY_KEY_SECRET,
    apiUrl: config.RAZORPAY_API_URL,
    log: createLog('silent'),
  })
  const now = Math.floor(Date.now() / 1000)
  const window = { from: now - 3_600, to: now + 60 }
  await eventually(async () =>
    expect(await findGatewayDifferences(db, createGateway(link), window)).toEqual([]),
  )
})
