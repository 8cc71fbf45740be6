/** The first owner: whoever reads what the server's start prints, and enters the code there while signed in. */
import { createHash, randomInt } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import type { Db, DbOrTrx } from '../db.ts'
import { lockMember, setRoles } from './queries.ts'

export const codeMinutes = 30
/** Letters and digits that nobody mixes up: 20 of 31 are 99 bits, too many to guess. */
const readable = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
const hashOf = (code: string) =>
  createHash('sha256')
    .update(code.replace(/[^A-Z0-9]/g, ''))
    .digest()

/** A code for a place that nobody owns; only its hash is kept, and the one before is void. undefined where there is an owner. */
export async function makeOwnerCode(db: Db): Promise<string | undefined> {
  if (await isOwned(db)) return undefined
  const letters = Array.from({ length: 20 }, () => readable[randomInt(readable.length)]).join('')
  const code = letters.replace(/(.{5})(?=.)/g, '$1-')
  const values = {
    hash: hashOf(code),
    expires_at: sql<Date>`now() + make_interval(mins => ${codeMinutes})`,
  }
  await db
    .insertInto('owner_code')
    .values(values)
    .onConflict((present) => present.column('one').doUpdateSet(values))
    .execute()
  return code
}

/** Takes the code, once. @throws AppError `bad-input` for a wrong, used or old one, and where there is an owner */
export async function becomeOwner(db: Db, accountId: string, code: string): Promise<void> {
  if (await isOwned(db)) throw owned()
  await db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('owner_code')
      .where('hash', '=', hashOf(code))
      .where('expires_at', '>', sql<Date>`now()`)
      .executeTakeFirst()
    if (await isOwned(trx)) throw owned()
    if (numDeletedRows === 0n) throw noSuchCode()
    const member = await lockMember(trx, accountId)
    await setRoles(trx, member, [...member.roles, 'owner'])
    await audit(trx, { actorId: accountId, action: 'role.first-owner', subject: `account:${accountId}` })
  })
}

/** Has this place an owner? */
export const isOwned = async (db: DbOrTrx): Promise<boolean> =>
  (await db
    .selectFrom('account')
    .select('id')
    .where(sql<boolean>`'owner' = any (roles)`)
    .where('erased_at', 'is', null)
    .limit(1)
    .executeTakeFirst()) !== undefined

const noSuchCode = () =>
  new AppError('bad-input', 'This code does not work.', {
    code: `It is not right, was used, or is older than ${codeMinutes} minutes. A new one: npm run owner-code`,
  })

const owned = () =>
  new AppError('bad-input', 'This place has an owner already: an owner makes others, on the page of people.')
