/** What a mentor gets of a pack: session by session, and what nobody used of it, unless that is paid back. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { packRoutes } from '@peerlearn/contract/packs'
import { peopleRoutes } from '@peerlearn/contract/people'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { giveAllCreditsBack } from '../src/bookings/pack-credits.ts'
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
const mayNotTeach = (mentor: Person) =>
  shop.server.db
    .updateTable('account')
    .set({ suspended_at: new Date(), suspended_because: 'Sold seats outside.' })
    .where('id', '=', mentor.userId)
    .execute()
const paidBack = async (purchaseId: string) =>
  (await shop.refundsOf(purchaseId)).map(({ amount_paise }) => amount_paise)

describe('a pack', () => {
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
    const mentor = await shop.newMentor()
    const { purchaseId, payment } = await packOf(mentor)
    const { id } = await shop.play(`/payments/${payment}/disputes`)
    await shop.disputeIs(String(id), 'open')
    await mayNotTeach(mentor)
    await payExpired()
    expect(await shop.refundsOf(purchaseId)).toEqual([])
    await shop.play(`/disputes/${String(id)}`, { status: 'won' })
    await shop.disputeIs(String(id), 'won')
    await payExpired()
    await expect.poll(() => paidBack(purchaseId), { timeout: 20_000 }).toEqual([100_000])
  })

  test('that was paid back takes a credit that returns later to the same payer', async () => {
    const { server } = shop
    const mentor = await shop.newMentor()
    const { learner, packId, purchaseId } = await packOf(mentor)
    const id = await newSession(server.db, { mentorId: mentor.userId, price_paise: 49_900 })
    await server.api(bookingRoutes.book, { params: { id }, body: { packId } }, learner)
    await mayNotTeach(mentor)
    await payExpired()
    await expect.poll(() => paidBack(purchaseId), { timeout: 20_000 }).toEqual([66_667])
    await server.db.transaction().execute((trx) => giveAllCreditsBack(trx, id))
    await payExpired()
    await expect.poll(() => paidBack(purchaseId), { timeout: 20_000 }).toEqual([66_667, 33_333])
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

test('after all of this Razorpay says the same as the books', async () => {
  await eventually(async () => expect(await shop.gatewayDifferences()).toEqual([]))
})
