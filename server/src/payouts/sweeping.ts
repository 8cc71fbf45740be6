/** What nobody waits for: disputes that ended, money that went back after a payout, transfers without news. */
import { sql } from 'kysely'
import type { DecideRefund } from '../bookings/refund-due.ts'
import type { Db } from '../db.ts'
import { createPayoutsOnVerdict, findExpiredPacks, makeDue, type DueDeps } from './due.ts'
import { cameBack } from './seat-money.ts'
import { takeBack } from './taking-back.ts'

export interface SweepDeps extends DueDeps {
  db: Db
  decideRefund: DecideRefund
}

const lately = sql`now() - interval '3 days'`

/** Every ten minutes, on one of the servers. Safe to run twice. */
export async function sweepPayouts(deps: SweepDeps): Promise<void> {
  await giveWhatWasDisputed(deps)
  await takeBackWhatWentBack(deps)
  await resend(deps)
}

/** Held back while a bank asked; what is left of it is the mentor's now. */
async function giveWhatWasDisputed(deps: SweepDeps): Promise<void> {
  const { rows } = await sql<{ sessionId: string; refundBasisPoints: number }>`
    select distinct on (session.id) session.id as "sessionId", verdict.refund_basis_points as "refundBasisPoints"
    from dispute
    join payment on payment.id = dispute.payment_id
    left join pack on pack.purchase_id = payment.purchase_id
    join booking on booking.purchase_id = payment.purchase_id or booking.pack_id = pack.id
    join session on session.id = booking.session_id
    join session_verdict verdict on verdict.session_id = session.id
    where dispute.status in ('won', 'lost', 'closed') and dispute.updated_at > ${lately}
      and not exists (select from payout where payout.session_id = session.id and payout.payment_id = payment.id)
    order by session.id, verdict.revision desc`.execute(deps.db)
  const give = createPayoutsOnVerdict(deps)
  for (const { sessionId, refundBasisPoints } of rows)
    await deps.db.transaction().execute((trx) => give(trx, { sessionId, verdict: { refundBasisPoints } }))
}

async function takeBackWhatWentBack({ db }: SweepDeps): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from payment
    where exists (select from payout where payout.payment_id = payment.id and status <> 'void')
      and (exists (select from refund where refund.payment_id = payment.id and status = 'done' and updated_at > ${lately})
        or exists (select from dispute where dispute.payment_id = payment.id and status = 'lost' and updated_at > ${lately}))`.execute(
    db,
  )
  for (const { id } of rows) await db.transaction().execute((trx) => takeBack(trx, id))
}

/** Those that waited for something, and those whose end nobody told. */
async function resend({ db, jobs }: SweepDeps): Promise<void> {
  const waiting = await db
    .selectFrom('payout')
    .leftJoin('mentor_terms', 'mentor_terms.mentor_id', 'payout.mentor_id')
    .select('payout.id')
    .where('payout.status', 'in', ['due', 'sent'])
    .where(sql<boolean>`payout.updated_at < now() - interval '10 minutes'`)
    .where(sql<boolean>`(payout.status = 'sent' or linked_account_id is not null)`)
    .orderBy('payout.updated_at')
    .limit(500)
    .execute()
  for (const { id } of waiting) await jobs.send(db, 'payout.send', { payoutId: id }, { key: id })
}

/** Credits that nobody used until they expired are the mentor's: less the fee, like a session. */
export async function payExpiredPacks(deps: SweepDeps): Promise<void> {
  for (const pack of await findExpiredPacks(deps.db))
    await deps.db.transaction().execute((trx) => makeDue(trx, deps, pack, null))
}

/**
 * Of seats that were given back late, a part stayed for the mentor. When the session then did not take place, that part
 * goes back too.
 */
export async function returnLeftOvers({ db, decideRefund }: SweepDeps): Promise<void> {
  const { rows } = await sql<{ id: string; purchaseId: string; paise: number }>`
    select booking.id, booking.purchase_id as "purchaseId", (booking.paid_paise - back.paise)::int as paise
    from booking join session on session.id = booking.session_id,
      lateral (select ${cameBack} as paise) back,
      lateral (select captured_paise - refunded_paise as paise from payment
        where payment.purchase_id = booking.purchase_id and not surplus) left_over
    where booking.status = 'cancelled' and booking.ended_because = 'cancelled' and booking.purchase_id is not null
      and booking.paid_paise > back.paise and left_over.paise > 0
      and (session.status = 'cancelled' or (session.status = 'ended' and 10000 = (
        select refund_basis_points from session_verdict where session_id = session.id order by revision desc limit 1)))
    limit 500`.execute(db)
  for (const { id, purchaseId, paise } of rows)
    await db.transaction().execute((trx) =>
      decideRefund(trx, {
        purchaseId,
        bookingId: id,
        amountPaise: paise,
        reason: 'The session did not take place.',
        key: `left-over-${id}`,
        requestedBy: null,
      }),
    )
}
