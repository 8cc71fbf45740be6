/** A mentor's money as the mentor sees it. */
import type { Earning, Earnings } from '@peerlearn/contract/payouts'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { seatMoney } from './seat-money.ts'
import { feeOf } from './split.ts'

export async function findEarnings(
  db: DbOrTrx,
  mentorId: string,
  platformFeeBasisPoints: number,
): Promise<Earnings> {
  const terms = await db
    .selectFrom('mentor_terms')
    .select(['fee_basis_points', 'linked_account_id'])
    .where('mentor_id', '=', mentorId)
    .executeTakeFirst()
  const feeBasisPoints = terms?.fee_basis_points ?? platformFeeBasisPoints
  const given = await findGiven(db, mentorId)
  const held = (await findHeld(db, mentorId)).map(({ grossPaise, ...session }) => {
    const feePaise = feeOf(grossPaise, feeBasisPoints)
    const none = { withheldPaise: 0, note: null }
    return {
      ...session,
      state: 'held' as const,
      grossPaise,
      feePaise,
      amountPaise: grossPaise - feePaise,
      ...none,
    }
  })
  const items = [...held, ...given].toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, 100)
  return {
    feeBasisPoints,
    payable: Boolean(terms?.linked_account_id),
    totals: { ...(await findTotals(db, mentorId)), heldPaise: await findHeldSum(db, mentorId) },
    items: items.map((item) => ({ ...item, at: item.at.toISOString() })),
  }
}

type Row = Omit<Earning, 'at'> & { at: Date }

/** Payouts by session; what is left of packs one by one. */
async function findGiven(db: DbOrTrx, mentorId: string): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select session.id as "sessionId",
      coalesce(session.title, pack_offer.title || ' (unused)', '') as title,
      coalesce(session.starts_at, min(payout.created_at)) as at,
      case when bool_or(payout.status = 'failed') then 'failed' when bool_or(payout.status = 'due') then 'waiting'
        when bool_or(payout.status = 'sent') then 'sent'
        when sum(gross_paise - taken_back_paise) = 0 then 'none' else 'paid' end as state,
      sum(gross_paise - taken_back_paise)::int as "grossPaise",
      sum(payout.fee_paise - fee_back_paise)::int as "feePaise",
      sum(payout.amount_paise - taken_back_paise + fee_back_paise)::int as "amountPaise",
      sum(greatest(withheld_paise - taken_back_paise + fee_back_paise, 0))::int as "withheldPaise",
      min(payout.failure) as note
    from payout
    join payment on payment.id = payout.payment_id
    join purchase on purchase.id = payment.purchase_id
    left join session on session.id = payout.session_id
    left join pack_offer on pack_offer.id = purchase.pack_offer_id and payout.session_id is null
    where payout.mentor_id = ${mentorId} and payout.status <> 'void'
    group by session.id, pack_offer.id, case when payout.session_id is null then payout.id end
    order by 3 desc limit 100`.execute(db)
  return rows
}

/** Sessions that are to come, or whose verdict is, with what their seats are worth now. */
async function findHeld(db: DbOrTrx, mentorId: string) {
  const ofMentor = sql`booking.session_id in (select id from session where mentor_id = ${mentorId} and status <> 'cancelled'
    and not exists (select from session_verdict where session_verdict.session_id = session.id))`
  const { rows } = await sql<{ sessionId: string; title: string; at: Date; grossPaise: number }>`
    select session.id as "sessionId", session.title, session.starts_at as at, sum(found.paise)::int as "grossPaise"
    from (${seatMoney(ofMentor)}) found join session on session.id = found.session_id
    group by session.id having sum(found.paise) > 0
    order by session.starts_at desc limit 100`.execute(db)
  return rows
}

/** As the books have it: packs that are not used yet are in it too. */
async function findHeldSum(db: DbOrTrx, mentorId: string): Promise<number> {
  const row = await db
    .selectFrom('ledger_line')
    .select(sql<string>`-coalesce(sum(amount_paise), 0)`.as('paise'))
    .where('account', '=', `held:${mentorId}`)
    .executeTakeFirst()
  return Math.max(0, Number(row?.paise ?? 0))
}

async function findTotals(db: DbOrTrx, mentorId: string): Promise<Omit<Earnings['totals'], 'heldPaise'>> {
  const sent = sql`amount_paise - withheld_paise - reversed_paise`
  const row = await db
    .selectFrom('payout')
    .select([
      sql<number>`coalesce(sum(amount_paise - taken_back_paise + fee_back_paise), 0)::int`.as('earnedPaise'),
      sql<number>`coalesce(sum(${sent}) filter (where status <> 'settled'), 0)::int`.as('onTheWayPaise'),
      sql<number>`coalesce(sum(${sent}) filter (where status = 'settled'), 0)::int`.as('paidPaise'),
      sql<number>`greatest(coalesce(sum(taken_back_paise - fee_back_paise - withheld_paise - reversed_paise), 0), 0)::int`.as(
        'owedPaise',
      ),
    ])
    .where('mentor_id', '=', mentorId)
    .where('status', '<>', 'void')
    .executeTakeFirstOrThrow()
  return row
}
