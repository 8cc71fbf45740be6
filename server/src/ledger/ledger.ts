/**
 * The books by double entry, in paise. Every entry's lines sum to nothing: a constraint that is checked at the commit
 * makes another one impossible. An entry's key makes a movement happen once, whoever tells of it and how often.
 */
import { sql } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'

/**
 * Where money is, and whose it is. Positive lines are debits.
 * gateway: what Razorpay holds for us. unallocated: captured, and no seat or pack yet. held: a mentor's, until the
 * session was given. payable: a mentor's, to be transferred. fees: the platform's. refunds-due: decided, not yet with
 * the payer. disputed: set aside while a bank asks. gateway-fees: what Razorpay keeps.
 */
export type LedgerAccount =
  | 'gateway'
  | 'unallocated'
  | 'fees'
  | 'refunds-due'
  | 'disputed'
  | 'gateway-fees'
  | `held:${string}`
  | `payable:${string}`

export interface LedgerLine {
  account: LedgerAccount
  amountPaise: number
}

export interface LedgerEntry {
  /** `kind:<id of what moved it>`: the same movement always has the same key. */
  key: string
  kind: string
  /** Lines of the same account are added up; what comes to nothing is left out. */
  lines: LedgerLine[]
  /** Every movement belongs to a payment: the check of the books compares payment by payment. */
  paymentId: string
  refundId?: string
  payoutId?: string
  sessionId?: string
}

/** Writes an entry in the caller's transaction, unless its key is there already. @returns whether it is new */
export async function postEntry(trx: DbOrTrx, entry: LedgerEntry): Promise<boolean> {
  const lines = addUp(entry.lines)
  if (lines.length === 0) return false
  const { key, kind, paymentId, refundId = null, payoutId = null, sessionId = null } = entry
  const accounts = lines.map(({ account }) => account)
  const amounts = lines.map(({ amountPaise }) => amountPaise)
  const { rows } = await sql`
    with entry as (
      insert into ledger_entry (id, key, kind, payment_id, refund_id, payout_id, session_id)
      values (${newId()}, ${key}, ${kind}, ${paymentId}, ${refundId}, ${payoutId}, ${sessionId})
      on conflict (key) do nothing returning id)
    insert into ledger_line (entry_id, account, amount_paise)
    select entry.id, line.account, line.paise
    from entry, unnest(${accounts}::text[], ${amounts}::bigint[]) as line (account, paise)
    returning account`.execute(trx)
  return rows.length > 0
}

function addUp(lines: LedgerLine[]): LedgerLine[] {
  const sums = new Map<LedgerAccount, number>()
  for (const { account, amountPaise } of lines) sums.set(account, (sums.get(account) ?? 0) + amountPaise)
  return [...sums]
    .filter(([, amountPaise]) => amountPaise !== 0)
    .map(([account, amountPaise]) => ({ account, amountPaise }))
}

/** What each account holds, debits less credits: account → paise. Those that come to nothing are left out. */
export async function findBalances(db: DbOrTrx): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('ledger_line')
    .select(['account', sql<string>`sum(amount_paise)`.as('paise')])
    .groupBy('account')
    .having(sql`sum(amount_paise)`, '<>', 0)
    .orderBy('account')
    .execute()
  return new Map(rows.map(({ account, paise }) => [account, Number(paise)]))
}
