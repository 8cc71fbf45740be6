/** The platform's money as an admin sees it. */
import { AppError } from '@peerlearn/contract/errors'
import {
  balanceKind,
  reconciliation,
  type MentorTerms,
  type MoneyView,
  type OpenPayout,
  type Reconciliation,
  type TakenPayment,
} from '@peerlearn/contract/money'
import { sql } from 'kysely'
import { z } from 'zod'
import { selectPurchases, titleOf } from '../bookings/purchase-queries.ts'
import { containing, type DbOrTrx } from '../db.ts'
import { findBalances } from '../ledger/ledger.ts'
import { findRefunds } from '../payments/refund-queries.ts'
import { owed } from './taking-back.ts'

export async function findMoney(db: DbOrTrx): Promise<MoneyView> {
  const refunds = [
    ...(await findRefunds(db, 'failed')),
    ...(await findRefunds(db, 'waiting')),
    ...(await findRefunds(db, 'sent')),
  ]
  return {
    balances: await findKinds(db),
    disputes: await findDisputes(db),
    payouts: await findOpenPayouts(db),
    refunds,
    reconciliations: await findReconciliations(db),
  }
}

/** Mentors' accounts together. */
async function findKinds(db: DbOrTrx): Promise<MoneyView['balances']> {
  const balances = [...(await findBalances(db))]
  return balanceKind.options.map((kind) => ({
    kind,
    paise: balances.reduce(
      (all, [account, paise]) => (account === kind || account.startsWith(`${kind}:`) ? all + paise : all),
      0,
    ),
  }))
}

async function findDisputes(db: DbOrTrx): Promise<MoneyView['disputes']> {
  const rows = await selectPurchases(db)
    .innerJoin('payment', 'payment.purchase_id', 'purchase.id')
    .innerJoin('dispute', 'dispute.payment_id', 'payment.id')
    .innerJoin('account', 'account.id', 'payment.account_id')
    .select([
      'dispute.id',
      'dispute.gateway_id as gatewayId',
      'account.name as payerName',
      titleOf.as('title'),
    ])
    .select([
      'dispute.amount_paise as amountPaise',
      'dispute.status',
      'dispute.reason',
      'respond_by as respondBy',
    ])
    .where('dispute.status', 'in', ['open', 'under_review'])
    .orderBy(sql`respond_by nulls last`)
    .limit(100)
    .execute()
  return rows.map(({ respondBy, status, ...row }) => ({
    ...row,
    status: status === 'open' ? status : 'under_review',
    respondBy: respondBy?.toISOString() ?? null,
  }))
}

const selectPayouts = (db: DbOrTrx) =>
  db
    .selectFrom('payout')
    .innerJoin('account', 'account.id', 'payout.mentor_id')
    .innerJoin('payment', 'payment.id', 'payout.payment_id')
    .innerJoin('purchase', 'purchase.id', 'payment.purchase_id')
    .leftJoin('session', 'session.id', 'payout.session_id')
    .leftJoin('pack_offer', 'pack_offer.id', 'purchase.pack_offer_id')
    .select(['payout.id', 'payout.mentor_id as mentorId', 'account.name as mentorName', titleOf.as('title')])
    .select([
      sql<number>`payout.amount_paise - payout.withheld_paise`.as('amountPaise'),
      'payout.failure',
      'payout.attempts',
    ])
    .select(['payout.status', 'payout.created_at as createdAt'])

const toPayout = (
  row: Awaited<ReturnType<ReturnType<typeof selectPayouts>['execute']>>[number],
): OpenPayout => ({
  ...row,
  // The other two are never given to a payout here.
  status: row.status === 'held' || row.status === 'void' ? 'due' : row.status,
  createdAt: row.createdAt.toISOString(),
})

async function findOpenPayouts(db: DbOrTrx): Promise<OpenPayout[]> {
  const rows = await selectPayouts(db)
    .where('payout.status', 'in', ['due', 'sent', 'failed'])
    .orderBy(sql`payout.status = 'failed'`, 'desc')
    .orderBy('payout.created_at')
    .limit(200)
    .execute()
  return rows.map(toPayout)
}

/** @throws AppError `not-found` */
export async function getOpenPayout(db: DbOrTrx, id: string): Promise<OpenPayout> {
  const row = await selectPayouts(db).where('payout.id', '=', id).executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such payout.')
  return toPayout(row)
}

const kept = z.object({ differences: reconciliation.shape.differences })

async function findReconciliations(db: DbOrTrx): Promise<Reconciliation[]> {
  const rows = await db
    .selectFrom('reconciliation')
    .select(['created_at as at', 'unexplained_paise as paise', 'report'])
    .orderBy('created_at', 'desc')
    .limit(14)
    .execute()
  return rows.map(({ at, paise, report }) => ({
    at: at.toISOString(),
    unexplainedPaise: Number(paise),
    differences: (kept.safeParse(report).data?.differences ?? []).slice(0, 20),
  }))
}

export async function findTaken(db: DbOrTrx, search: string | undefined): Promise<TakenPayment[]> {
  const like = containing(search ?? '')
  const rows = await selectPurchases(db)
    .innerJoin('payment', 'payment.purchase_id', 'purchase.id')
    .innerJoin('account as payer', 'payer.id', 'payment.account_id')
    .innerJoin('account as mentor', 'mentor.id', 'purchase.mentor_id')
    .select(['payment.id', 'payer.name as payerName', 'payer.email as payerEmail'])
    .select(['mentor.name as mentorName', titleOf.as('title'), 'payment.captured_paise as capturedPaise'])
    .select(['payment.refunded_paise as refundedPaise', 'payment.surplus', 'payment.created_at as createdAt'])
    .select(sql<number>`payment.captured_paise - payment.refunded_paise`.as('leftPaise'))
    .select(sql<string>`coalesce(payment.payment_id, '')`.as('gatewayId'))
    .select(
      sql<boolean>`exists (select from dispute where dispute.payment_id = payment.id
        and dispute.status in ('open', 'under_review', 'lost'))`.as('disputed'),
    )
    .where('payment.captured_paise', '>', 0)
    .$if(search !== undefined, (query) =>
      query.where(
        sql<boolean>`(payer.name ilike ${like} or payer.email ilike ${like} or ${titleOf} ilike ${like}
          or ${search ?? ''} in (payment.id::text, purchase.id::text, payment.payment_id, payment.order_id))`,
      ),
    )
    .orderBy('payment.created_at', 'desc')
    .orderBy('payment.id', 'desc')
    .limit(50)
    .execute()
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}

/** Whose money waits comes first. */
export async function findMentorTerms(
  db: DbOrTrx,
  { search, mentorId }: { search?: string | undefined; mentorId?: string },
): Promise<MentorTerms[]> {
  const waiting = sql<number>`(select coalesce(sum(amount_paise - withheld_paise), 0)::int from payout
    where payout.mentor_id = account.id and status in ('due', 'failed'))`
  const rows = await db
    .selectFrom('account')
    .leftJoin('mentor_terms', 'mentor_terms.mentor_id', 'account.id')
    .select(['account.id as mentorId', 'account.name', 'fee_basis_points as feeBasisPoints'])
    .select(['linked_account_id as linkedAccountId', waiting.as('waitingPaise')])
    .select(sql<number>`greatest(0, ${owed})`.as('owedPaise'))
    .where(
      sql<boolean>`('mentor' = any(account.roles) or exists (select from payout where payout.mentor_id = account.id))`,
    )
    .$if(search !== undefined, (query) => query.where('account.name', 'ilike', containing(search ?? '')))
    .$if(mentorId !== undefined, (query) => query.where('account.id', '=', mentorId ?? ''))
    .orderBy(waiting, 'desc')
    .orderBy('account.name')
    .limit(100)
    .execute()
  return rows
}
