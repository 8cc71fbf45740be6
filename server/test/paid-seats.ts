/** Seats, sessions and money as tests of bookings need them. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { couponRoutes } from '@peerlearn/contract/coupons'
import { packRoutes } from '@peerlearn/contract/packs'
import type { BodyOf } from '@peerlearn/contract/route'
import { waitlistRoutes } from '@peerlearn/contract/waitlist'
import { sql } from 'kysely'
import { confirmPurchase } from '../src/bookings/purchases.ts'
import { newId } from '../src/db.ts'
import { newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

const hourMs = 3_600_000
const anyCoupon = { percent: null, amountPaise: null, sessionId: null, maxUses: null, validUntil: null }
let made = 0

export type BookWish = Partial<{ self: boolean; guests: string[]; coupon: string; packId: string }>

/** What people do with seats on this server. */
export const desk = (server: TestServer, mentor: Person) => ({
  /** A session of ₹100, each at its own time, in some days. */
  session: (wish: Partial<Parameters<typeof newSession>[1]> = {}) =>
    newSession(server.db, {
      mentorId: mentor.userId,
      price_paise: 10_000,
      starts_at: new Date(Date.now() + (100 + 2 * made++) * hourMs),
      ...wish,
    }),
  book: (sessionId: string, who: Person, wish: BookWish = {}) =>
    server.api(bookingRoutes.book, { params: { id: sessionId }, body: wish }, who),
  cancel: (bookingId: string, who: Person) =>
    server.api(bookingRoutes.cancel, { params: { id: bookingId } }, who),
  terms: (bookingId: string, who: Person) =>
    server.api(bookingRoutes.cancelTerms, { params: { id: bookingId } }, who),
  move: (bookingId: string, sessionId: string, who: Person) =>
    server.api(bookingRoutes.move, { params: { id: bookingId }, body: { sessionId } }, who),
  wait: (sessionId: string, who: Person) =>
    server.api(waitlistRoutes.join, { params: { id: sessionId }, body: {} }, who),
  leave: (sessionId: string, who: Person) =>
    server.api(waitlistRoutes.leave, { params: { id: sessionId } }, who),
  accept: (sessionId: string, who: Person, body: { coupon?: string; packId?: string } = {}) =>
    server.api(waitlistRoutes.accept, { params: { id: sessionId }, body }, who),
  /** A coupon of the mentor's, for all sessions and everybody unless wished otherwise. */
  coupon: (wish: Partial<BodyOf<typeof couponRoutes.make>>) =>
    server.api(couponRoutes.make, { body: { ...anyCoupon, code: `WELCOME-${++made}`, ...wish } }, mentor),
  usesOf: async (code: string) =>
    (await server.api(couponRoutes.mine, {}, mentor)).items.find((one) => one.code === code)?.uses,
  /** Credits of this pack that were not used. */
  left: async (packId: string, who: Person) =>
    (await server.api(packRoutes.mine, {}, who)).items.find((pack) => pack.id === packId)?.left,
  /** A pack of three for ₹250, paid. @returns its id */
  pack: async (who: Person, wish: { credits?: number; pricePaise?: number } = {}) => {
    const offer = { title: 'Three sessions', credits: 3, pricePaise: 25_000, validDays: 90, ...wish }
    const { id } = await server.api(packRoutes.offer, { body: offer }, mentor)
    const bought = await server.api(packRoutes.buy, { params: { id }, body: {} }, who)
    await pay(server, bought.id)
    const { items } = await server.api(packRoutes.mine, {}, who)
    return items.at(-1)!.id
  },
})
export type Desk = ReturnType<typeof desk>

/** A server, a mentor who teaches there, and their desk. */
export async function openDesk(name?: string): Promise<{ server: TestServer; mentor: Person; seats: Desk }> {
  const server = await startServer()
  const mentor = await server.person({ roles: ['mentor'], ...(name && { name }) })
  return { server, mentor, seats: desk(server, mentor) }
}

/** The purchase's money has come, as payments tell it. @returns whether it has its seats */
export async function pay({ db }: TestServer, purchaseId: string | null): Promise<boolean> {
  const id = purchaseId!
  return db.transaction().execute(async (trx) => {
    const { seated } = await confirmPurchase(trx, id)
    const { amount_paise, buyer_id } = await trx
      .selectFrom('purchase')
      .select(['amount_paise', 'buyer_id'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('payment')
      .values({
        id: newId(),
        purchase_id: id,
        account_id: buyer_id,
        order_id: `order_${id}`,
        payment_id: `pay_${id}`,
        amount_paise,
        captured_paise: amount_paise,
        status: 'captured',
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return seated
  })
}

/** What goes back of this purchase, oldest first. */
export const refunds = async ({ db }: TestServer, purchaseId: string | null) => {
  const rows = await db
    .selectFrom('refund')
    .innerJoin('payment', 'payment.id', 'refund.payment_id')
    .select('refund.amount_paise')
    .where('payment.purchase_id', '=', purchaseId)
    .orderBy('refund.created_at')
    .execute()
  return rows.map((row) => row.amount_paise)
}

/** The time to pay these seats, or to take the offer, is over. */
export const runOut = async ({ db }: TestServer, bookingId: string): Promise<void> => {
  const past = sql<Date>`now() - interval '1 second'`
  const { purchase_id } = await db
    .updateTable('booking')
    .set({ held_until: past })
    .where('id', '=', bookingId)
    .returning('purchase_id')
    .executeTakeFirstOrThrow()
  await db
    .updateTable('booking')
    .set({ held_until: past })
    .where('purchase_id', '=', purchase_id)
    .where('status', '=', 'held')
    .execute()
  await db.updateTable('purchase').set({ held_until: past }).where('id', '=', purchase_id).execute()
  await db
    .updateTable('waitlist_entry')
    .set({ offered_until: past })
    .where('booking_id', '=', bookingId)
    .where('status', '=', 'offered')
    .execute()
}

/** What each of these came to: `ok`, or the code of its refusal. */
export const outcomes = async (asked: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(asked)).map((one) =>
    one.status === 'fulfilled' ? 'ok' : (one.reason as { code: string }).code,
  )
