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
  const id = newId()
  const kept = await trx
    .insertInto('ledger_entry')
    .values({
      id,
      key: entry.key,
      kind: entry.kind,
      payment_id: entry.paymentId,
      refund_id: entry.refundId ?? null,
      payout_id: entry.payoutId ?? null,
      session_id: entry.sessionId ?? null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!kept) return false
  const rows = lines.map(({ account, amountPaise }) => ({ entry_id: id, account, amount_paise: amountPaise }))
  await trx.insertInto('ledger_line').values(rows).execute()
  return true
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
