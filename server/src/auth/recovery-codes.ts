/** Ten codes for the day when the phone is gone: shown once, kept as hashes, each good for one proof. */
import { createHash, randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import type { DbOrTrx } from '../db.ts'

const howMany = 10
/** Without letters that are read as figures. 16 of 30 are 78 bits: a plain hash keeps them. */
const letters = 'ABCDEFGHJKMNPQRSTUVWXYZ2345678'
const length = 16

const newCode = () => Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
const inGroups = (code: string) => code.match(/.{4}/g)?.join('-') ?? code

/** As typed by a person: case, spaces and dashes don't matter. */
const hashOf = (accountId: string, code: string) =>
  createHash('sha256')
    .update(`${accountId}:${code.toUpperCase().replace(/[^A-Z0-9]/g, '')}`)
    .digest()

/** Ten new ones in place of those before. */
export async function replaceRecoveryCodes(trx: DbOrTrx, accountId: string): Promise<string[]> {
  const codes = Array.from({ length: howMany }, newCode)
  await trx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
  await trx
    .insertInto('recovery_code')
    .values(codes.map((code) => ({ account_id: accountId, hash: hashOf(accountId, code) })))
    .execute()
  return codes.map(inGroups)
}

/** Ten for an account that has none at all; null when it has some. */
export async function firstRecoveryCodes(trx: DbOrTrx, accountId: string): Promise<string[] | null> {
  const some = await trx
    .selectFrom('recovery_code')
    .select('hash')
    .where('account_id', '=', accountId)
    .limit(1)
    .executeTakeFirst()
  return some ? null : replaceRecoveryCodes(trx, accountId)
}

/** Uses the code up. Says whether it was a good one. */
export async function takeRecoveryCode(trx: DbOrTrx, accountId: string, code: string): Promise<boolean> {
  const taken = await trx
    .updateTable('recovery_code')
    .set({ used_at: sql`now()` })
    .where('account_id', '=', accountId)
    .where('hash', '=', hashOf(accountId, code))
    .where('used_at', 'is', null)
    .returning('account_id')
    .executeTakeFirst()
  return taken !== undefined
}

/** Writes its use into the audit. */
export const auditRecoveryCode = (trx: DbOrTrx, accountId: string): Promise<void> =>
  audit(trx, { actorId: accountId, action: 'recovery-code.used', subject: `account:${accountId}` })

export async function countRecoveryCodes(db: DbOrTrx, accountId: string): Promise<number> {
  const { left } = await db
    .selectFrom('recovery_code')
    .select(sql<number>`count(*)::int`.as('left'))
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return left
}
