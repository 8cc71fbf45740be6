/** Payments as the person who paid sees them. */
import { AppError } from '@peerlearn/contract/errors'
import type { paymentRoutes, PurchaseState } from '@peerlearn/contract/payments'
import type { ResponseOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { selectPurchases, titleOf } from '../bookings/purchase-queries.ts'
import type { DbOrTrx } from '../db.ts'
import { findOwnRefunds } from './refund-queries.ts'

/** @throws AppError `not-found`, for another's purchase too */
export async function getOwnPurchase(db: DbOrTrx, id: string, userId: string) {
  const row = await selectPurchases(db)
    .select(['purchase.id', 'purchase.session_id as sessionId', 'purchase.amount_paise as amountPaise'])
    .select(['purchase.status', 'purchase.held_until as heldUntil', titleOf.as('title')])
    .select(sql<boolean>`purchase.paid_at is not null`.as('paid'))
    .where('purchase.id', '=', id)
    .where('purchase.buyer_id', '=', userId)
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such purchase of yours.')
  return row
}
export type OwnPurchase = Awaited<ReturnType<typeof getOwnPurchase>>

export async function findOrderOf(db: DbOrTrx, purchaseId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('payment')
    .select('order_id')
    .where('purchase_id', '=', purchaseId)
    .where('surplus', '=', false)
    .executeTakeFirst()
  return row?.order_id
}

/** How far the payment of the person's own purchase is. @throws AppError `not-found` */
export async function getState(db: DbOrTrx, purchaseId: string, userId: string): Promise<PurchaseState> {
  const purchase = await getOwnPurchase(db, purchaseId, userId)
  const payment = await db
    .selectFrom('payment')
    .select(['status', 'captured_paise as capturedPaise', 'refunded_paise as refundedPaise'])
    .where('purchase_id', '=', purchaseId)
    .where('surplus', '=', false)
    .executeTakeFirst()
  return {
    purchaseId,
    sessionId: purchase.sessionId,
    title: purchase.title,
    amountPaise: purchase.amountPaise,
    refundedPaise: payment?.refundedPaise ?? 0,
    state: stateOf(purchase, payment),
    heldUntil: purchase.heldUntil?.toISOString() ?? null,
  }
}

interface Money {
  status: 'created' | 'authorized' | 'captured' | 'failed' | 'refunded'
  capturedPaise: number
}

function stateOf({ paid, heldUntil }: OwnPurchase, payment: Money | undefined): PurchaseState['state'] {
  if (paid) return 'booked'
  if (payment && payment.capturedPaise > 0) return payment.status === 'refunded' ? 'refunded' : 'refunding'
  if (payment?.status === 'authorized') return 'confirming'
  if (heldUntil === null || heldUntil.getTime() <= Date.now()) return 'over'
  return payment?.status === 'failed' ? 'failed' : 'open'
}

/** The person's payments, newest first, a hundred at most, each with what went back of it. */
export async function findHistory(
  db: DbOrTrx,
  userId: string,
): Promise<ResponseOf<typeof paymentRoutes.history>> {
  const rows = await selectPurchases(db)
    .innerJoin('payment', 'payment.purchase_id', 'purchase.id')
    .select(['payment.id', 'purchase.id as purchaseId', 'purchase.session_id as sessionId'])
    .select([titleOf.as('title'), 'purchase.quantity', 'payment.amount_paise as amountPaise'])
    .select(['payment.refunded_paise as refundedPaise', 'payment.status', 'payment.surplus'])
    .select(['payment.order_id as orderId', 'payment.payment_id as paymentId'])
    .select('payment.created_at as createdAt')
    .where('payment.account_id', '=', userId)
    .orderBy('payment.created_at', 'desc')
    .orderBy('payment.id', 'desc')
    .limit(100)
    .execute()
  const refunds = await findOwnRefunds(
    db,
    rows.map(({ id }) => id),
  )
  return {
    items: rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      refunds: refunds.filter(({ paymentId }) => paymentId === row.id).map(({ refund }) => refund),
    })),
  }
}
