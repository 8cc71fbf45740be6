/**
 * Money that went back to its payer after it had become the mentor's: by an admin's refund, on Razorpay's own pages, or
 * by a dispute that was lost. The mentor gives back their part, the platform its fee. What is not sent yet is not sent;
 * of what was sent the mentor owes their part, and it is kept from the payouts that come next. A transfer that an admin
 * reverses on Razorpay's pages pays the debt too. Nothing is fetched from a mentor's account by ourselves.
 */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { postTakenBack } from '../ledger/payout-movements.ts'
import { lockLeft } from './payment-left.ts'
import { feeBackOf } from './split.ts'

/** Only what can't be undone counts. Safe to repeat. */
export async function takeBack(trx: DbOrTrx, paymentId: string): Promise<void> {
  const { certainPaise } = await lockLeft(trx, paymentId)
  let overPaise = -certainPaise
  if (overPaise <= 0) return
  for (const payout of await lockPayouts(trx, paymentId)) {
    const part = Math.min(overPaise, payout.grossPaise - payout.takenBackPaise)
    if (part > 0) await takeFrom(trx, payout, part)
    overPaise -= part
  }
}

/** Those that are not sent first, then the newest. */
const lockPayouts = (trx: DbOrTrx, paymentId: string) =>
  trx
    .selectFrom('payout')
    .select(['id', 'payment_id as paymentId', 'mentor_id as mentorId', 'status'])
    .select(['gross_paise as grossPaise', 'fee_paise as feePaise', 'amount_paise as amountPaise'])
    .select(['taken_back_paise as takenBackPaise', 'fee_back_paise as feeBackPaise'])
    .select('withheld_paise as withheldPaise')
    .where('payment_id', '=', paymentId)
    .where('status', '<>', 'void')
    .orderBy(sql`status in ('due', 'failed')`, 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .forNoKeyUpdate()
    .execute()
type Payout = Awaited<ReturnType<typeof lockPayouts>>[number]

async function takeFrom(trx: DbOrTrx, payout: Payout, grossPaise: number): Promise<void> {
  const total = payout.takenBackPaise + grossPaise
  const feeBack = feeBackOf(payout, total)
  const feePaise = feeBack - payout.feeBackPaise
  const isHere = payout.status === 'due' || payout.status === 'failed'
  const kept = isHere ? Math.min(grossPaise - feePaise, payout.amountPaise - payout.withheldPaise) : 0
  await trx
    .updateTable('payout')
    .set({
      taken_back_paise: total,
      fee_back_paise: feeBack,
      withheld_paise: payout.withheldPaise + kept,
      updated_at: sql`now()`,
    })
    .where('id', '=', payout.id)
    .execute()
  await postTakenBack(trx, payout, { grossPaise, feePaise, total })
}

/** What a mentor still has to give back, in paise. */
export const owed = sql<number>`(select coalesce(sum(taken_back_paise - fee_back_paise - withheld_paise - reversed_paise), 0)::int
  from payout where status <> 'void' and mentor_id = mentor_terms.mentor_id)`
