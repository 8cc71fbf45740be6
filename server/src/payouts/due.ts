/** What becomes a mentor's: their part of a session that was given, and of a pack that expired. */
import { sql } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { postPayoutDue } from '../ledger/payout-movements.ts'
import { lockLeft } from './payment-left.ts'
import { findSeatMoney, type SeatMoney } from './seat-money.ts'
import { feeOf } from './split.ts'

export interface DueDeps {
  jobs: Jobs
  /** Of mentors with whom nothing else was agreed, in hundredths of a percent. */
  platformFeeBasisPoints: number
}

export interface Judged {
  sessionId: string
  /** Of all that was paid, this share goes back. */
  verdict: { refundBasisPoints: number }
}

/**
 * In the transaction that writes a session's verdict, after its refunds were decided. Of a session that was not given
 * nothing is the mentor's. Asked again it adds only payments that were disputed then.
 */
export const createPayoutsOnVerdict =
  (deps: DueDeps) =>
  async (trx: DbOrTrx, { sessionId, verdict }: Judged): Promise<void> => {
    if (verdict.refundBasisPoints >= 10_000) return
    for (const share of await findSeatMoney(trx, sessionId)) await makeDue(trx, deps, share, sessionId)
  }

/** No more than is left of the payment: an admin may have given some of it back. Once a payment and session. */
export async function makeDue(
  trx: DbOrTrx,
  { jobs, platformFeeBasisPoints }: DueDeps,
  { paymentId, mentorId, paise }: SeatMoney,
  sessionId: string | null,
): Promise<void> {
  const left = await lockLeft(trx, paymentId)
  const grossPaise = Math.min(paise, left.nowPaise)
  // While a bank asks for it nobody knows what will be left; the sweep comes back to it.
  if (left.disputed || grossPaise <= 0) return
  const feePaise = feeOf(grossPaise, (await findFee(trx, mentorId)) ?? platformFeeBasisPoints)
  const payout = { id: newId(), paymentId, mentorId }
  const kept = await trx
    .insertInto('payout')
    .values({
      id: payout.id,
      mentor_id: mentorId,
      session_id: sessionId,
      payment_id: paymentId,
      gross_paise: grossPaise,
      fee_paise: feePaise,
      amount_paise: grossPaise - feePaise,
      status: 'due',
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!kept) return
  await postPayoutDue(trx, payout, { grossPaise, feePaise })
  await jobs.send(trx, 'payout.send', { payoutId: payout.id }, { key: payout.id })
}

async function findFee(trx: DbOrTrx, mentorId: string): Promise<number | null> {
  const terms = await trx
    .selectFrom('mentor_terms')
    .select('fee_basis_points')
    .where('mentor_id', '=', mentorId)
    .executeTakeFirst()
  return terms?.fee_basis_points ?? null
}

/**
 * Packs that expired, whose every seat has been decided about, and of whose money something is left. That of a mentor who
 * may not teach stays: learners could not use their credits, and an admin gives it back.
 */
export async function findExpiredPacks(db: DbOrTrx): Promise<SeatMoney[]> {
  const { rows } = await sql<SeatMoney>`
    select payment.id as "paymentId", pack.mentor_id as "mentorId", payment.captured_paise as paise
    from pack join payment on payment.purchase_id = pack.purchase_id and not payment.surplus
      join account on account.id = pack.mentor_id
    where pack.expires_at <= now() and account.suspended_at is null and 'mentor' = any (account.roles) and payment.captured_paise > payment.refunded_paise + (
        select coalesce(sum(gross_paise - taken_back_paise), 0) from payout where payment_id = payment.id and status <> 'void')
      and not exists (select from payout where payment_id = payment.id and session_id is null)
      and not exists (
        select from booking join session on session.id = booking.session_id
        where booking.pack_id = pack.id and booking.paid_paise > 0 and session.status <> 'cancelled'
          and not exists (select from session_verdict where session_verdict.session_id = session.id))
    order by payment.id limit 500`.execute(db)
  return rows
}
