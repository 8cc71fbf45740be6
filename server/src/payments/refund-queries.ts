/** Refunds as their readers see them. */
import { AppError } from '@peerlearn/contract/errors'
import type { Refund } from '@peerlearn/contract/payments'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/** Of a purchase, joined with its session or its pack. */
export const titleOf = sql<string>`coalesce(session.title, pack_offer.title, '')`

const select = (db: DbOrTrx) =>
  db
    .selectFrom('refund')
    .innerJoin('payment', 'payment.id', 'refund.payment_id')
    .innerJoin('purchase', 'purchase.id', 'payment.purchase_id')
    .innerJoin('account', 'account.id', 'payment.account_id')
    .leftJoin('session', 'session.id', 'purchase.session_id')
    .leftJoin('pack_offer', 'pack_offer.id', 'purchase.pack_offer_id')
    .select(['refund.id', 'refund.payment_id as paymentId', 'purchase.id as purchaseId'])
    .select(['account.name as payerName', titleOf.as('title'), 'refund.amount_paise as amountPaise'])
    .select(['refund.reason', 'refund.status', 'refund.failure', 'refund.gateway_id as gatewayId'])
    .select('refund.created_at as createdAt')

const toRefund = (row: Omit<Refund, 'createdAt'> & { createdAt: Date }): Refund => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
})

/** @throws AppError `not-found` */
export async function getRefund(db: DbOrTrx, id: string): Promise<Refund> {
  const row = await select(db).where('refund.id', '=', id).executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such refund.')
  return toRefund(row)
}

/** The newest hundred. */
export async function findRefunds(db: DbOrTrx, status: Refund['status'] | undefined): Promise<Refund[]> {
  const rows = await select(db)
    .$if(status !== undefined, (query) => query.where('refund.status', '=', status ?? 'failed'))
    .orderBy('refund.created_at', 'desc')
    .orderBy('refund.id', 'desc')
    .limit(100)
    .execute()
  return rows.map(toRefund)
}
