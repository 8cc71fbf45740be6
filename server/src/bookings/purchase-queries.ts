/** A purchase as its buyer sees it. */
import type { Purchase } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/** Purchases with what was bought: seats of a session, or a pack. Others join their own rows. */
export const selectPurchases = (db: DbOrTrx) =>
  db
    .selectFrom('purchase')
    .leftJoin('session', 'session.id', 'purchase.session_id')
    .leftJoin('pack_offer', 'pack_offer.id', 'purchase.pack_offer_id')

/** Of what was bought. */
export const titleOf = sql<string>`coalesce(session.title, pack_offer.title, '')`

/** @throws AppError `not-found`, for another's purchase too */
export async function getPurchase(db: DbOrTrx, purchaseId: string, buyerId: string): Promise<Purchase> {
  const row = await selectPurchases(db)
    .innerJoin('account as mentor', 'mentor.id', 'purchase.mentor_id')
    .leftJoin('coupon', 'coupon.id', 'purchase.coupon_id')
    .select([
      'purchase.id',
      'purchase.session_id as sessionId',
      'mentor.name as mentorName',
      'purchase.quantity',
    ])
    .select(['purchase.list_paise as listPaise', 'purchase.discount_paise as discountPaise'])
    .select([
      'purchase.amount_paise as amountPaise',
      'coupon.code as couponCode',
      'purchase.held_until as heldUntil',
    ])
    .select(titleOf.as('title'))
    .select(['session.refund_full_hours as fullHours', 'session.refund_half_hours as halfHours'])
    .select(
      // One that ran out is told as expired even before it is marked.
      sql<
        Purchase['status']
      >`case when purchase.held_until <= now() then 'expired' else purchase.status end`.as('status'),
    )
    .where('purchase.id', '=', purchaseId)
    .where('purchase.buyer_id', '=', buyerId)
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such purchase of yours.')
  const { fullHours, halfHours, heldUntil, ...purchase } = row
  return {
    ...purchase,
    heldUntil: purchase.status === 'open' && heldUntil ? heldUntil.toISOString() : null,
    refund: fullHours === null || halfHours === null ? null : { fullHours, halfHours },
  }
}
