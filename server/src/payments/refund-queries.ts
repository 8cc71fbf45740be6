/** Refunds as their readers see them. */
import { AppError } from '@peerlearn/contract/errors'
import type { OwnRefund, Refund } from '@peerlearn/contract/payments'
import { selectPurchases, titleOf } from '../bookings/purchase-queries.ts'
import type { DbOrTrx } from '../db.ts'

const select = (db: DbOrTrx) =>
  selectPurchases(db)
    .innerJoin('payment', 'payment.purchase_id', 'purchase.id')
    .innerJoin('refund', 'refund.payment_id', 'payment.id')
    .innerJoin('account', 'account.id', 'payment.account_id')
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

/** What went back of these payments, newest first; without what Razorpay's own pages had given back before. */
export async function findOwnRefunds(
  db: DbOrTrx,
  paymentIds: string[],
): Promise<{ paymentId: string; refund: OwnRefund }[]> {
  if (paymentIds.length === 0) return []
  const rows = await db
    .selectFrom('refund')
    .select(['id', 'payment_id as paymentId', 'amount_paise as amountPaise', 'status', 'reason'])
    .select('created_at as createdAt')
    .where('payment_id', 'in', paymentIds)
    .where('status', '<>', 'void')
    .$narrowType<{ status: OwnRefund['status'] }>()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
  return rows.map(({ paymentId, createdAt, ...row }) => ({
    paymentId,
    refund: { ...row, createdAt: createdAt.toISOString() },
  }))
}
