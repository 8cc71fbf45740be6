/** What Razorpay says of a refund, ours or one made on its own pages, in any order and any number of times. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { postRefundDone, postRefundVoid } from '../ledger/movements.ts'
import type { RefundFact } from './entities.ts'
import { countRefunded, insertRefund, insertVoid, lockCaptured, lockPayment } from './refunds.ts'

/** What somebody must hear of after the commit. */
export interface RefundNews {
  refundId: string
  news: 'given' | 'failed' | 'made-elsewhere' | 'displaced'
}

/** Razorpay's word → ours, and from which states it moves there. An end stays the end. */
const table = {
  pending: { status: 'sent', from: ['waiting', 'sent'] },
  failed: { status: 'failed', from: ['waiting', 'sent'] },
  processed: { status: 'done', from: ['waiting', 'sent', 'failed'] },
} as const

/** The payment's capture must be known: settle() its fact before. Unknown payments are nobody's business here. */
export async function applyRefund(trx: DbOrTrx, jobs: Jobs, fact: RefundFact): Promise<RefundNews[]> {
  const payment = await lockCaptured(trx, fact.paymentId)
  if (!payment) return []
  const known = (await findKnown(trx, payment.id, fact)) ?? (await takeIn(trx, payment.id, fact))
  return [...known.news, ...(await moveOn(trx, jobs, { paymentId: payment.id, id: known.id }, fact))]
}

/** By Razorpay's id; else, before its answer to us arrived, by our own notes: the same refund, in the same try. */
async function findKnown(trx: DbOrTrx, paymentId: string, { refundId, ours }: RefundFact) {
  const rows = await trx
    .selectFrom('refund')
    .select(['id', 'gateway_id'])
    .where('payment_id', '=', paymentId)
    .where((eb) =>
      eb.or([
        eb('gateway_id', '=', refundId),
        ...(ours
          ? [
              eb.and([
                eb('id', '=', ours.id),
                eb('restarts', '=', ours.start),
                eb('gateway_id', 'is', null),
                eb('status', '<>', 'void'),
              ]),
            ]
          : []),
      ]),
    )
    .execute()
  const row = rows.find(({ gateway_id }) => gateway_id === refundId) ?? rows[0]
  return row && { id: row.id, news: [] as RefundNews[] }
}

/** Made on Razorpay's own pages, or an earlier try of ours that is over. One that failed is kept, so that it stays the end. */
async function takeIn(trx: DbOrTrx, paymentId: string, fact: RefundFact) {
  const { refundId, amountPaise, ours } = fact
  const wish = {
    paymentId,
    bookingId: null,
    amountPaise,
    reason: ours ? 'An earlier try of a refund.' : 'Made on Razorpay’s own pages.',
    key: `razorpay-${refundId}`,
    requestedBy: null,
  }
  if (fact.status === 'failed') {
    const id = await insertVoid(trx, wish, { gatewayId: refundId })
    return { id, news: [] }
  }
  const displaced = await makeRoom(trx, paymentId, amountPaise)
  const id = await insertRefund(trx, wish, { gatewayId: refundId })
  return { id, news: [...displaced, { refundId: id, news: 'made-elsewhere' } satisfies RefundNews] }
}

/** Razorpay has given the money already: refunds of ours that are not there yet, and no longer fit, will never be. */
async function makeRoom(trx: DbOrTrx, paymentId: string, amountPaise: number): Promise<RefundNews[]> {
  const news: RefundNews[] = []
  for (;;) {
    const { leftPaise } = await lockPayment(trx, paymentId)
    if (leftPaise >= amountPaise) return news
    const displaced = await trx
      .updateTable('refund')
      .set({ status: 'void', failure: 'Given back on Razorpay’s own pages before.', updated_at: sql`now()` })
      .where('id', '=', (eb) =>
        eb
          .selectFrom('refund')
          .select('id')
          .where('payment_id', '=', paymentId)
          .where('status', 'in', ['waiting', 'sent', 'failed'])
          .where((or) => or.or([or('gateway_id', 'is', null), or('status', '=', 'failed')]))
          .orderBy(sql`status = 'sent'`)
          .orderBy('created_at', 'desc')
          .limit(1),
      )
      .returning(['id', 'amount_paise as amountPaise'])
      .executeTakeFirst()
    if (!displaced) return news
    await forget(trx, paymentId, displaced)
    news.push({ refundId: displaced.id, news: 'displaced' })
  }
}

async function forget(trx: DbOrTrx, paymentId: string, refund: { id: string; amountPaise: number }) {
  await countRefunded(trx, paymentId, -refund.amountPaise)
  await postRefundVoid(trx, { ...refund, paymentId })
}

async function moveOn(
  trx: DbOrTrx,
  jobs: Jobs,
  { id, paymentId }: { id: string; paymentId: string },
  fact: RefundFact,
): Promise<RefundNews[]> {
  const { status, from } = table[fact.status]
  const moved = await trx
    .updateTable('refund')
    .set({
      status,
      gateway_id: fact.refundId,
      failure: fact.status === 'failed' ? 'Razorpay could not give it back.' : null,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('status', 'in', from)
    .returning(['id', 'amount_paise as amountPaise', 'key'])
    .executeTakeFirst()
  if (!moved) return []
  // One that Razorpay's pages began and could not finish: the money stays, and nobody owes it.
  if (status === 'failed' && moved.key.startsWith('razorpay-')) {
    await trx.updateTable('refund').set({ status: 'void' }).where('id', '=', id).execute()
    await forget(trx, paymentId, moved)
    return []
  }
  if (status === 'failed') return [{ refundId: id, news: 'failed' }]
  if (status === 'done') {
    await postRefundDone(trx, { ...moved, paymentId })
    await markRefunded(trx, paymentId)
    await jobs.send(trx, 'document.credit', { refundId: id })
  }
  return [{ refundId: id, news: 'given' }]
}

/** A payment of which nothing is left. */
const markRefunded = (trx: DbOrTrx, paymentId: string) =>
  trx
    .updateTable('payment')
    .set({ status: 'refunded', updated_at: sql`now()` })
    .where('id', '=', paymentId)
    .where(
      sql<boolean>`captured_paise = (select sum(amount_paise) from refund
        where refund.payment_id = payment.id and refund.status = 'done')`,
    )
    .execute()
