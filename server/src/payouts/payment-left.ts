/** What is left of a payment, once with all that is decided and once with all that is certain. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export interface PaymentLeft {
  /** Captured, less refunds decided, money that a bank asks for or has fetched, and what was made due to the mentor. */
  nowPaise: number
  /** The same, counting only refunds that are done and disputes that are lost: neither can be undone. */
  certainPaise: number
  /** A bank still looks at it. */
  disputed: boolean
}

/** Locks the payment until the transaction ends: no key, so that the books may name it meanwhile. */
export async function lockLeft(trx: DbOrTrx, paymentId: string): Promise<PaymentLeft> {
  await trx.selectFrom('payment').select('id').where('id', '=', paymentId).forNoKeyUpdate().execute()
  const { rows } = await sql<PaymentLeft>`
    select (captured_paise - refunded_paise - asked.paise - gone.paise - due.paise)::int as "nowPaise",
      (captured_paise - done.paise - gone.paise - due.paise)::int as "certainPaise",
      asked.paise > 0 as disputed
    from payment,
      lateral (select coalesce(sum(amount_paise), 0) as paise from dispute
        where payment_id = payment.id and status in ('open', 'under_review')) asked,
      lateral (select coalesce(sum(amount_paise), 0) as paise from dispute
        where payment_id = payment.id and status = 'lost') gone,
      lateral (select coalesce(sum(amount_paise), 0) as paise from refund
        where payment_id = payment.id and status = 'done') done,
      lateral (select coalesce(sum(gross_paise - taken_back_paise), 0) as paise from payout
        where payment_id = payment.id and status <> 'void') due
    where payment.id = ${paymentId}`.execute(trx)
  const left = rows[0]
  if (!left) throw new Error(`there is no payment ${paymentId}`)
  return left
}
