/** Proving again that it is oneself, in a login that lives; and what asks for such a proof of the last minutes. */
import { AppError } from '@peerlearn/contract/errors'
import type { Asked, Proof } from '@peerlearn/contract/proofs'
import { sql } from 'kysely'
import type { Db, DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Limits } from '../rate-limit.ts'
import { guess } from './guesses.ts'
import { secondStepOptions, type Site } from './passkeys.ts'
import { passwordMatches } from './passwords.ts'
import { auditRecoveryCode, countRecoveryCodes } from './recovery-codes.ts'
import { findFactors, hasFactor, proveFactor, waysOf } from './second-factors.ts'
import { getStep, openStep, takeStep } from './steps.ts'
import { news, type TellOwner } from './told.ts'

/** A proof is fresh for so long. */
const freshMinutes = 15

/**
 * Before something that could lock the owner out or let another in: a proof of the last 15 minutes, of a second factor
 * where the account has one. @throws AppError `confirm-needed`
 */
export async function requireFresh(
  db: DbOrTrx,
  { userId, loginId }: Pick<Who, 'userId' | 'loginId'>,
): Promise<void> {
  const login = await db
    .selectFrom('login')
    .select([
      sql<boolean>`proved_at > now() - make_interval(mins => ${freshMinutes})`.as('proved'),
      sql<boolean>`coalesce(second_factor_at > now() - make_interval(mins => ${freshMinutes}), false)`.as(
        'factor',
      ),
    ])
    .where('id', '=', loginId)
    .executeTakeFirst()
  const fresh = hasFactor(await findFactors(db, userId)) ? login?.factor : login?.proved
  if (!fresh) throw new AppError('confirm-needed', 'Please confirm that it’s you first.')
}

const findHash = async (db: DbOrTrx, accountId: string) =>
  (await db.selectFrom('account').select('password_hash').where('id', '=', accountId).executeTakeFirst())
    ?.password_hash ?? undefined

/** The ways in which this person can prove again that it is them: a second factor, or without one the password. */
export async function askConfirm(db: DbOrTrx, { userId, loginId }: Who, site: Site): Promise<Asked> {
  const factors = await findFactors(db, userId)
  const passkey = factors.passkeys.length > 0 ? await secondStepOptions(site, factors.passkeys) : null
  const step = await openStep(db, 'second-factor', {
    accountId: userId,
    data: { challenge: passkey?.challenge ?? '', loginId, device: null },
  })
  const withPassword = !hasFactor(factors) && (await findHash(db, userId)) !== undefined
  return { step, ways: withPassword ? ['password'] : waysOf(factors), passkey: passkey && { ...passkey } }
}

interface ConfirmDeps {
  db: Db
  limits: Limits
  authSecrets: readonly [string, ...string[]]
  tellOwner: TellOwner
  now: () => Date
}

/** @throws AppError `wrong-credentials`, `step-over`, `too-many-requests` */
export async function confirm(
  { db, limits, authSecrets, tellOwner, now }: ConfirmDeps,
  { userId, loginId }: Who,
  given: { step: string; proof: Proof; site: Site; address: string },
): Promise<void> {
  const { step, proof, site, address } = given
  const { accountId, data } = await getStep(db, 'second-factor', step)
  if (accountId !== userId || data.loginId !== loginId)
    throw new AppError('step-over', 'This was asked of somebody else. Please begin again.')
  await guess(limits, { key: `factor:${userId}`, address }, async () => {
    if (proof.way === 'password') await provePassword(db, userId, proof.password)
    await db.transaction().execute(async (trx) => {
      await takeStep(trx, 'second-factor', step)
      if (proof.way !== 'password')
        await proveFactor(trx, {
          accountId: userId,
          proof,
          challenge: data.challenge,
          site,
          now: now(),
          authSecrets,
        })
      if (proof.way === 'password')
        await trx
          .updateTable('login')
          .set({ proved_at: sql`now()` })
          .where('id', '=', loginId)
          .execute()
      else await markProved(trx, loginId)
      if (proof.way === 'recovery') await auditRecoveryCode(trx, userId)
    })
  })
  if (proof.way === 'recovery')
    await tellOwner(userId, news.recoveryCodeUsed(await countRecoveryCodes(db, userId)))
}

/** This login has just proved a second factor. */
export const markProved = (trx: DbOrTrx, loginId: string) =>
  trx
    .updateTable('login')
    .set({ proved_at: sql`now()`, second_factor_at: sql`now()` })
    .where('id', '=', loginId)
    .execute()

/** Enough only where there is no second factor. */
async function provePassword(db: DbOrTrx, accountId: string, password: string): Promise<void> {
  if (hasFactor(await findFactors(db, accountId)))
    throw new AppError('wrong-credentials', 'Your second factor is asked here.')
  if (!(await passwordMatches(await findHash(db, accountId), password)))
    throw new AppError('wrong-credentials', 'The password is wrong.', {
      password: 'This is not your password.',
    })
}
