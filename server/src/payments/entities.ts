/** What Razorpay says, as far as the product looks at it: parsed once, at the edge. It adds fields as it likes. */
import { z } from 'zod'

const text = z.string().max(64)
const paise = z.number().int().min(0)

/** @see https://razorpay.com/docs/api/payments/entity/ */
export const paymentEntity = z
  .object({
    id: text,
    order_id: text.nullish(),
    amount: paise,
    currency: z.literal('INR'),
    status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']),
    captured: z.boolean().nullish(),
    amount_refunded: paise.nullish(),
    method: text.nullish(),
    fee: paise.nullish(),
  })
  .transform(({ id, order_id, amount, status, captured, amount_refunded, method, fee }) => ({
    paymentId: id,
    /** Every payment of ours has an order. */
    orderId: order_id ?? '',
    amountPaise: amount,
    /** `lapsed`: the bank said yes, nobody captured it, and Razorpay let it go back by itself. */
    status: status === 'refunded' ? ended(captured) : status,
    refundedPaise: amount_refunded ?? 0,
    method: method ?? null,
    /** What Razorpay keeps, its tax included; null until it is known. */
    feePaise: fee ?? null,
  }))
const ended = (captured: boolean | null | undefined): 'lapsed' | 'captured' =>
  captured === false ? 'lapsed' : 'captured'

export type PaymentFact = z.output<typeof paymentEntity>

/** The notes are ours: which refund of ours it is, and which try. @see https://razorpay.com/docs/api/refunds/entity/ */
export const refundEntity = z
  .object({
    id: text,
    payment_id: text,
    amount: paise.min(1),
    status: z.enum(['pending', 'processed', 'failed']),
    notes: z.unknown(),
  })
  .transform(({ id, payment_id, amount, status, notes }) => ({
    refundId: id,
    paymentId: payment_id,
    amountPaise: amount,
    status,
    ours: refundNotes.safeParse(notes).data,
  }))
export type RefundFact = z.output<typeof refundEntity>

const refundNotes = z
  .object({ refund: z.uuid(), start: z.string().regex(/^\d{1,4}$/) })
  .transform(({ refund, start }) => ({ id: refund, start: Number(start) }))

/** @see https://razorpay.com/docs/api/disputes/entity/ */
export const disputeEntity = z
  .object({
    id: text,
    payment_id: text,
    amount: paise.min(1),
    status: z.enum(['open', 'under_review', 'won', 'lost', 'closed']),
    reason_code: z.string().max(200).nullish(),
    respond_by: z.number().int().nullish(),
  })
  .transform(({ id, payment_id, amount, status, reason_code, respond_by }) => ({
    disputeId: id,
    paymentId: payment_id,
    amountPaise: amount,
    status,
    reason: reason_code ?? '',
    respondBy: respond_by ? new Date(respond_by * 1000) : null,
  }))
export type DisputeFact = z.output<typeof disputeEntity>

export const orderEntity = z.object({ id: text })
export const collection = z.object({ items: z.array(z.unknown()) })

/** The notes are ours: which payout it is, and which try. @see https://razorpay.com/docs/api/payments/route/entity/ */
export const transferEntity = z
  .object({
    id: text,
    source: text,
    recipient: text,
    amount: paise.min(1),
    amount_reversed: paise.nullish(),
    status: z.enum(['created', 'pending', 'processed', 'failed', 'reversed', 'partially_reversed']),
    notes: z.unknown(),
    error: z.object({ description: z.string().max(300).nullish() }).nullish(),
  })
  .transform(({ id, source, recipient, amount, amount_reversed, status, notes, error }) => ({
    transferId: id,
    /** Razorpay's id of the payment. */
    paymentId: source,
    recipient,
    amountPaise: amount,
    reversedPaise: amount_reversed ?? 0,
    status,
    failure: error?.description ?? null,
    ours: transferNotes.safeParse(notes).data,
  }))
export type TransferFact = z.output<typeof transferEntity>

const transferNotes = z
  .object({ payout: z.uuid(), start: z.string().regex(/^\d{1,4}$/) })
  .transform(({ payout, start }) => ({ id: payout, start: Number(start) }))
