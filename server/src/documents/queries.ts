import type { Document, DocumentFacts } from '@peerlearn/contract/documents'
import { sql } from 'kysely'
import { selectPurchases } from '../bookings/purchase-queries.ts'
import type { DbOrTrx } from '../db.ts'

/** What a payment bought, locked until the transaction ends; undefined when it bought nothing. */
export async function findBought(trx: DbOrTrx, paymentId: string) {
  await trx.selectFrom('payment').select('id').where('id', '=', paymentId).forUpdate().execute()
  const row = await selectPurchases(trx)
    .innerJoin('payment', 'payment.purchase_id', 'purchase.id')
    .innerJoin('account as buyer', 'buyer.id', 'purchase.buyer_id')
    .innerJoin('account as mentor', 'mentor.id', 'purchase.mentor_id')
    .leftJoin('mentor_terms as terms', 'terms.mentor_id', 'mentor.id')
    .leftJoin('document', (join) =>
      join.onRef('document.payment_id', '=', 'payment.id').on('document.refund_id', 'is', null),
    )
    .select([
      'purchase.quantity',
      'purchase.list_paise as listPaise',
      'purchase.discount_paise as discountPaise',
      'payment.captured_paise as totalPaise',
      'payment.method',
      'payment.account_id as accountId',
      'purchase.mentor_id as mentorId',
      'document.id as documentId',
      'session.title as sessionTitle',
      'pack_offer.title as packTitle',
      'pack_offer.credits',
      'buyer.name as buyerName',
      'mentor.name as mentorName',
      'terms.legal_name as legalName',
      'terms.address',
      'terms.gstin',
    ])
    .select(sql<string>`coalesce(payment.payment_id, '')`.as('gatewayId'))
    .where('payment.id', '=', paymentId)
    .where('payment.surplus', '=', false)
    .where('payment.captured_paise', '>', 0)
    .where('purchase.status', '=', 'paid')
    .executeTakeFirst()
  if (!row) return undefined
  const { buyerName, mentorName, legalName, address, gstin, sessionTitle, packTitle, credits, ...rest } = row
  return {
    ...rest,
    words: sessionTitle ?? `${packTitle ?? ''} (${credits ?? 0} sessions)`,
    supplier: { name: legalName || mentorName, address: address ?? '', gstin: gstin ?? null },
    customer: { name: buyerName, address: '', gstin: null },
  }
}

/** The payment of which this refund gives back. */
export const findRefunded = async (db: DbOrTrx, refundId: string) =>
  (await db.selectFrom('refund').select('payment_id').where('id', '=', refundId).executeTakeFirst())
    ?.payment_id

/** The document that a refund corrects; undefined while the refund is not done, or when nothing was issued. */
export async function findCorrected(trx: DbOrTrx, refundId: string) {
  await trx.selectFrom('refund').select('id').where('id', '=', refundId).forUpdate().execute()
  return trx
    .selectFrom('refund')
    .innerJoin('payment', 'payment.id', 'refund.payment_id')
    .innerJoin('purchase', 'purchase.id', 'payment.purchase_id')
    .innerJoin('document as first', (join) =>
      join.onRef('first.payment_id', '=', 'payment.id').on('first.refund_id', 'is', null),
    )
    .leftJoin('document as mine', 'mine.refund_id', 'refund.id')
    .select([
      'refund.amount_paise as amountPaise',
      'refund.reason as because',
      'first.number',
      'first.data as facts',
      'mine.id as documentId',
      'payment.id as paymentId',
      'payment.account_id as accountId',
      'purchase.mentor_id as mentorId',
    ])
    .where('refund.id', '=', refundId)
    .where('refund.status', '=', 'done')
    .executeTakeFirst()
}

/** A person's documents, newest first. */
export async function findDocuments(db: DbOrTrx, accountId: string): Promise<Document[]> {
  const rows = await db
    .selectFrom('document')
    .innerJoin('payment', 'payment.id', 'document.payment_id')
    .select(['document.id', 'document.kind', 'document.number', 'payment.purchase_id as purchaseId'])
    .select([
      'document.refund_id as refundId',
      sql<number>`(document.data ->> 'totalPaise')::int`.as('totalPaise'),
      'document.issued_at as issuedAt',
    ])
    .where('document.account_id', '=', accountId)
    .orderBy('document.issued_at', 'desc')
    .orderBy('document.id', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({ ...row, issuedAt: row.issuedAt.toISOString() }))
}

/** One document with those who may read it. */
export async function findDocument(db: DbOrTrx, id: string) {
  return db
    .selectFrom('document')
    .innerJoin('payment', 'payment.id', 'document.payment_id')
    .innerJoin('purchase', 'purchase.id', 'payment.purchase_id')
    .select(['document.kind', 'document.number', 'document.issued_at as issuedAt'])
    .select(['document.account_id as accountId', 'purchase.mentor_id as mentorId'])
    .select((eb) => eb.ref('document.data').$castTo<DocumentFacts>().as('facts'))
    .where('document.id', '=', id)
    .executeTakeFirst()
}
