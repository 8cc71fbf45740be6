/** The second factors of an account: which there are, whether one was proved, and when one may go. */
import { AppError } from '@peerlearn/contract/errors'
import type { Proof, Way } from '@peerlearn/contract/proofs'
import type { Transaction } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'
import { proveApp } from './authenticator-app.ts'
import { findPasskeys, provePasskey, type Site } from './passkeys.ts'
import { countRecoveryCodes, takeRecoveryCode } from './recovery-codes.ts'

export interface Factors {
  app: boolean
  passkeys: Awaited<ReturnType<typeof findPasskeys>>
  recoveryCodes: number
}

export async function findFactors(db: DbOrTrx, accountId: string): Promise<Factors> {
  const app = await db
    .selectFrom('totp')
    .select('account_id')
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  const passkeys = await findPasskeys(db, accountId)
  return { app: app !== undefined, passkeys, recoveryCodes: await countRecoveryCodes(db, accountId) }
}

export const hasFactor = ({ app, passkeys }: Pick<Factors, 'app' | 'passkeys'>): boolean =>
  app || passkeys.length > 0

/** The ways to prove one of these, the handiest first; none when there is no second factor. */
export function waysOf(factors: Factors): Way[] {
  if (!hasFactor(factors)) return []
  return [
    ...(factors.passkeys.length > 0 ? (['passkey'] as const) : []),
    ...(factors.app ? (['code'] as const) : []),
    ...(factors.recoveryCodes > 0 ? (['recovery'] as const) : []),
  ]
}

export interface FactorProof {
  accountId: string
  proof: Proof
  /** What a passkey has to sign. */
  challenge: string
  site: Site
  now: Date
  /** AUTH_SECRET, and the one before. */
  authSecrets: readonly [string, ...string[]]
}

/** Accepts a right proof of a second factor, once. @throws AppError `wrong-credentials` */
export async function proveFactor(trx: Transaction<Database>, given: FactorProof): Promise<void> {
  const { accountId, proof, challenge, site } = given
  if (proof.way === 'code') return proveApp(trx, { ...given, code: proof.code })
  if (proof.way === 'passkey')
    return void (await provePasskey(trx, { site, challenge, response: proof.response, accountId }))
  if (proof.way === 'recovery' && (await takeRecoveryCode(trx, accountId, proof.code))) return
  throw new AppError(
    'wrong-credentials',
    proof.way === 'recovery'
      ? 'This recovery code is not right, or was used already.'
      : 'This is no second factor.',
    { code: 'Is not right, or was used already.' },
  )
}

/**
 * Takes one away, when an account can do without it. Recovery codes go with the last one, and so does what it proved.
 * @throws AppError `last-factor` for an admin's last one, `last-way-in` when nobody could sign in any more
 */
export async function removeFactor(
  trx: DbOrTrx,
  accountId: string,
  remove: () => Promise<void>,
): Promise<void> {
  const account = await lockAccount(trx, accountId)
  await remove()
  const left = await findFactors(trx, accountId)
  if (!hasFactor(left) && isAdmin(account.roles))
    throw new AppError(
      'last-factor',
      'An admin’s account keeps a second factor. Add another one first, then remove this one.',
    )
  await requireWayIn(trx, {
    accountId,
    hasPassword: account.password_hash !== null,
    passkeys: left.passkeys.length,
  })
  if (hasFactor(left)) return
  await trx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
  await trx
    .updateTable('login')
    .set({ second_factor_at: null })
    .where('account_id', '=', accountId)
    .where('second_factor_at', 'is not', null)
    .execute()
}

export const isAdmin = (roles: readonly string[]): boolean =>
  roles.includes('admin') || roles.includes('owner')

/** The account's row, locked: changes of how one signs in come one after the other. */
export const lockAccount = (trx: DbOrTrx, accountId: string) =>
  trx
    .selectFrom('account')
    .select(['email', 'email_verified_at', 'roles', 'password_hash'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirstOrThrow()

/** @throws AppError `last-way-in` when there is neither a password nor a passkey nor a provider left */
export async function requireWayIn(
  trx: DbOrTrx,
  { accountId, hasPassword, passkeys }: { accountId: string; hasPassword: boolean; passkeys: number },
): Promise<void> {
  if (hasPassword || passkeys > 0) return
  const linked = await trx
    .selectFrom('oidc_identity')
    .select('issuer')
    .where('account_id', '=', accountId)
    .limit(1)
    .executeTakeFirst()
  if (!linked)
    throw new AppError(
      'last-way-in',
      'This is your only way to sign in. Set a password first, then remove it.',
    )
}
