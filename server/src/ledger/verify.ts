/** Do the books say what payments, refunds, disputes and payouts say? Nothing is changed. */
import type { Db, DbOrTrx } from '../db.ts'
import { booksThatDiffer, brokenRules } from './expected.ts'

/** Something that nobody can explain, in words, with the paise that it is about. */
export interface Difference {
  what: string
  /** `payment:<id>`, `refund:<id>` … */
  subject: string
  paise: number
}

/** In one snapshot. Empty when every paisa is explained. */
export const verifyBooks = (db: Db): Promise<Difference[]> =>
  db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((trx) => findDifferences(trx))

export async function findDifferences(trx: DbOrTrx): Promise<Difference[]> {
  const books = (await booksThatDiffer.execute(trx)).rows
  const rules = (await brokenRules.execute(trx)).rows
  return [
    ...books.map(({ account, paymentId, ledger, expected }) => ({
      what: `account ${account} holds ${ledger} paise, and should hold ${expected}`,
      subject: `payment:${paymentId}`,
      paise: Math.abs(Number(ledger) - Number(expected)),
    })),
    ...rules.map(({ rule, subject, paise }) => ({ what: rule, subject, paise: Math.abs(Number(paise)) })),
  ]
}

/** How much is unexplained. */
export const unexplained = (differences: Difference[]): number =>
  differences.reduce((sum, { paise }) => sum + paise, 0)
