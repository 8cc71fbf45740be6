/** Money that goes back: decided in the transaction that gives the reason, sent by a job, and never more than was paid. */
import { createHash } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import type { paymentRoutes, Refund } from '@peerlearn/contract/payments'
import type { BodyOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import type { DecideRefund } from '../bookings/refund-due.ts'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { postRefundDecided } from '../ledger/movements.ts'
import { getRefund } from './refund-queries.ts'

export interface RefundWish {
  /** Ours. */
  paymentId: string
  bookingId: string | null
  amountPaise: number
  reason: string
  /** The same wish twice is one refund. 10 to 100 characters. */
  key: string
  requestedBy: string | null
}

export interface RefundDeps {
  db: Db
  jobs: Jobs
}

/** What other features are handed: a purchase's refund, no more than is left of its payment. */
export const createDecideRefund =
  (jobs: Jobs): DecideRefund =>
  async (trx, { purchaseId, ...wish }) => {
    const payment = await trx
      .selectFrom('payment')
      .select('id')
      .where('purchase_id', '=', purchaseId)
      .where('surplus', '=', false)
      .where('captured_paise', '>', 0)
      .executeTakeFirst()
    if (payment) await decide(trx, jobs, { ...wish, paymentId: payment.id })
  }

/**
 * From now on the money is the payer's: counted on the payment, in the books, and with a job that sends it. What an
 * admin gave back before is not given again. @returns the refund's id, or undefined when nothing is left
 */
export async function decide(trx: DbOrTrx, jobs: Jobs, wish: RefundWish): Promise<string | undefined> {
  const { leftPaise } = await lockPayment(trx, wish.paymentId)
  const known = await trx.selectFrom('refund').select('id').where('key', '=', wish.key).executeTakeFirst()
  const amountPaise = Math.min(wish.amountPaise, leftPaise)
  if (known || amountPaise <= 0) return known?.id
  const id = await insertRefund(trx, { ...wish, amountPaise })
  await jobs.send(trx, 'refund.send', { refundId: id })
  return id
}

/** The row and what hangs on it; the payment is locked. */
export async function insertRefund(
  trx: DbOrTrx,
  wish: RefundWish,
  told: { gatewayId: string } | undefined = undefined,
): Promise<string> {
  const { paymentId, amountPaise } = wish
  const id = await insertRow(trx, wish, { ...told, status: told ? 'sent' : 'waiting' })
  await countRefunded(trx, paymentId, amountPaise)
  await postRefundDecided(trx, { id, paymentId, amountPaise })
  return id
}

/** One that moves no money. */
export const insertVoid = (trx: DbOrTrx, wish: RefundWish, told: { gatewayId: string }): Promise<string> =>
  insertRow(trx, wish, { ...told, status: 'void' })

async function insertRow(
  trx: DbOrTrx,
  { paymentId, bookingId, amountPaise, reason, key, requestedBy }: RefundWish,
  { gatewayId, status }: { gatewayId?: string; status: 'waiting' | 'sent' | 'void' },
): Promise<string> {
  const id = newId()
  await trx
    .insertInto('refund')
    .values({
      id,
      payment_id: paymentId,
      booking_id: bookingId,
      amount_paise: amountPaise,
      reason,
      key,
      requested_by: requestedBy,
      gateway_id: gatewayId ?? null,
      status,
    })
    .execute()
  return id
}

/** A constraint has the last word: together never more than was captured. */
export const countRefunded = (trx: DbOrTrx, paymentId: string, amountPaise: number) =>
  trx
    .updateTable('payment')
    .set({ refunded_paise: sql`refunded_paise + ${amountPaise}::int`, updated_at: sql`now()` })
    .where('id', '=', paymentId)
    .execute()

/** Ours of Razorpay's id, locked, if it has money: what was never captured goes back by itself, and was never ours. */
export const lockCaptured = (trx: DbOrTrx, gatewayId: string) =>
  trx
    .selectFrom('payment')
    .select('id')
    .where('payment_id', '=', gatewayId)
    .where('captured_paise', '>', 0)
    .forNoKeyUpdate()
    .executeTakeFirst()

/** Locks it until the transaction ends. */
export const lockPayment = (trx: DbOrTrx, id: string) =>
  trx
    .selectFrom('payment')
    .select(['id', 'payment_id as gatewayId', 'captured_paise as capturedPaise'])
    .select(sql<number>`captured_paise - refunded_paise`.as('leftPaise'))
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()

/**
 * @param given the request's Idempotency-Key: whatever became of the answer, the same one gives money back once
 * @throws AppError `not-found`, `refund-too-large`, `refund-refused`, `key-reused`
 */
export async function refundByHand(
  { db, jobs }: RefundDeps,
  who: Who,
  { amountPaise, reason, ...which }: BodyOf<typeof paymentRoutes.refund>,
  given?: string,
): Promise<Refund> {
  const key = keyByHand(who.userId, given)
  const refundId = await db.transaction().execute(async (trx) => {
    const paymentId = await findPaid(trx, which)
    const { leftPaise } = await lockPayment(trx, paymentId)
    const known = await findByKey(trx, key, { paymentId, amountPaise })
    if (known) return known
    await refuseDisputed(trx, paymentId)
    if (amountPaise > leftPaise) throw tooLarge(leftPaise)
    const wish = { paymentId, bookingId: null, amountPaise, reason, requestedBy: who.userId }
    const id = await decide(trx, jobs, { ...wish, key })
    if (!id) throw tooLarge(leftPaise)
    const subject = `payment:${paymentId}`
    await audit(trx, {
      actorId: who.userId,
      action: 'payment.refunded',
      subject,
      data: { refund: id, amountPaise },
    })
    return id
  })
  return getRefund(db, refundId)
}

/** Short enough for its column, and nobody's but this account's. */
const keyByHand = (accountId: string, given: string | undefined) =>
  `by-hand-${given === undefined ? newId() : createHash('sha256').update(`${accountId} ${given}`).digest('hex')}`

/** The refund that this key made before. @throws AppError `key-reused` when it was another one */
async function findByKey(trx: DbOrTrx, key: string, wish: { paymentId: string; amountPaise: number }) {
  const known = await trx
    .selectFrom('refund')
    .select(['id', 'payment_id', 'amount_paise'])
    .where('key', '=', key)
    .executeTakeFirst()
  if (known && (known.payment_id !== wish.paymentId || known.amount_paise !== wish.amountPaise))
    throw new AppError('key-reused', 'This Idempotency-Key was used for another refund.')
  return known?.id
}

async function findPaid(
  trx: DbOrTrx,
  { purchaseId, paymentId }: { purchaseId?: string | undefined; paymentId?: string | undefined },
): Promise<string> {
  const row = await trx
    .selectFrom('payment')
    .select('id')
    .where('captured_paise', '>', 0)
    .$if(paymentId !== undefined, (query) => query.where('id', '=', paymentId ?? ''))
    .$if(purchaseId !== undefined, (query) =>
      query.where('purchase_id', '=', purchaseId ?? '').where('surplus', '=', false),
    )
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such payment, or nothing was paid with it.')
  return row.id
}

async function refuseDisputed(trx: DbOrTrx, paymentId: string): Promise<void> {
  const dispute = await trx
    .selectFrom('dispute')
    .select('id')
    .where('payment_id', '=', paymentId)
    .where('status', 'in', ['open', 'under_review', 'lost'])
    .executeTakeFirst()
  if (dispute)
    throw new AppError(
      'refund-refused',
      'The payer’s bank has asked for this money: it goes back through the dispute, not by a refund.',
    )
}

const tooLarge = (leftPaise: number) =>
  new AppError(
    'refund-too-large',
    leftPaise === 0
      ? 'All of this payment has been given back already.'
      : `Only ₹${(leftPaise / 100).toFixed(2)} of this payment is left to give back.`,
    { amountPaise: `At most ${leftPaise}.` },
  )

/** Begins a failed refund anew. @throws AppError `not-found`, `refund-refused` when it has not failed */
export async function retryRefund({ db, jobs }: RefundDeps, who: Who, refundId: string): Promise<Refund> {
  await getRefund(db, refundId)
  await db.transaction().execute(async (trx) => {
    const begun = await trx
      .updateTable('refund')
      .set({
        status: 'waiting',
        attempts: 0,
        failure: null,
        // Razorpay answers a key for ever with the refund that it made for it: one that it failed needs another key.
        restarts: sql`restarts + case when gateway_id is null then 0 else 1 end`,
        gateway_id: null,
        created_at: sql`now()`,
        updated_at: sql`now()`,
      })
      .where('id', '=', refundId)
      .where('status', '=', 'failed')
      .returning('id')
      .executeTakeFirst()
    if (!begun)
      throw new AppError('refund-refused', 'This refund has not failed: there is nothing to begin anew.')
    await jobs.send(trx, 'refund.send', { refundId })
    await audit(trx, { actorId: who.userId, action: 'refund.retried', subject: `refund:${refundId}` })
  })
  return getRefund(db, refundId)
}
