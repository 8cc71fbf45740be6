/** An account's authenticator app: set up, confirmed by a first code, proved, removed. */
import { AppError } from '@peerlearn/contract/errors'
import { sql, type Transaction } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'
import { matchTotp, newTotpSecret, openTotp, sealTotp, totpUri } from './totp.ts'

/** A new secret that waits for its first code; one that waited before is replaced. @throws AppError `factor-exists` */
export async function beginApp(
  db: DbOrTrx,
  { accountId, email, authSecret }: { accountId: string; email: string; authSecret: string },
): Promise<{ secret: string; uri: string }> {
  const secret = newTotpSecret()
  const sealed = sealTotp(authSecret, accountId, secret)
  const row = await db
    .insertInto('totp')
    .values({ account_id: accountId, secret: sealed, last_step: 0 })
    .onConflict((already) =>
      already
        .column('account_id')
        .doUpdateSet({ secret: sealed, last_step: 0, created_at: sql`now()` })
        .where('totp.confirmed_at', 'is', null),
    )
    .returning('account_id')
    .executeTakeFirst()
  if (!row) throw new AppError('factor-exists', 'An authenticator app is set up already. Remove it first.')
  return { secret, uri: totpUri(secret, email) }
}

interface Given {
  accountId: string
  code: string
  now: Date
  authSecrets: readonly [string, ...string[]]
}

/** The first code of a new app: from now on it counts. @throws AppError `wrong-credentials`, `step-over` */
export async function finishApp(trx: Transaction<Database>, given: Given): Promise<void> {
  const matched = await matchStep(trx, given, 'waiting')
  await trx
    .updateTable('totp')
    .set({ ...matched, confirmed_at: sql`now()` })
    .where('account_id', '=', given.accountId)
    .execute()
}

/** A code of the app, once. @throws AppError `wrong-credentials` */
export async function proveApp(trx: Transaction<Database>, given: Given): Promise<void> {
  const matched = await matchStep(trx, given, 'confirmed')
  await trx.updateTable('totp').set(matched).where('account_id', '=', given.accountId).execute()
}

/** What is kept after a right code: its step, and the secret sealed anew, under the present AUTH_SECRET. */
async function matchStep(
  trx: Transaction<Database>,
  { accountId, code, now, authSecrets }: Given,
  which: 'waiting' | 'confirmed',
): Promise<{ last_step: number; secret: Buffer }> {
  const row = await trx
    .selectFrom('totp')
    .select(['secret', 'last_step'])
    .where('account_id', '=', accountId)
    .where('confirmed_at', which === 'waiting' ? 'is' : 'is not', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row && which === 'waiting')
    throw new AppError('step-over', 'No app is being set up here any more. Please begin again.')
  const lastStep = Number(row?.last_step ?? 0)
  const secret = row && openTotp(authSecrets, accountId, row.secret)
  const step = secret === undefined ? undefined : await matchTotp(secret, code, { now, lastStep })
  if (secret === undefined || step === undefined)
    throw new AppError('wrong-credentials', 'This code is not right, or was used already.', {
      code: 'Not right, or used already. The app shows another one every 30 seconds.',
    })
  return { last_step: step, secret: sealTotp(authSecrets[0], accountId, secret) }
}

/** @throws AppError `not-found` */
export async function removeApp(trx: DbOrTrx, accountId: string): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('totp')
    .where('account_id', '=', accountId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new AppError('not-found', 'No authenticator app is set up.')
}
