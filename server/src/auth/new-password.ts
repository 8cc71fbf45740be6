/** Another password: by a mailed link when the present one is forgotten, or by the present one. */
import { AppError } from '@peerlearn/contract/errors'
import { audit } from '../audit/audit.ts'
import type { Bus } from '../bus.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Mail } from '../mail/mail.ts'
import { nothingToTell, type WillTell } from '../notifications/notifications.ts'
import type { Limits } from '../rate-limit.ts'
import { writeProved } from './addresses.ts'
import { guess } from './guesses.ts'
import { endLogins, tellEnded } from './logins.ts'
import { mailLink, takeMailToken, voidMailTokens } from './mail-tokens.ts'
import { hashPassword, passwordMatches } from './passwords.ts'
import { requireFresh } from './proofs.ts'
import { lockAccount } from './second-factors.ts'
import { forgetSteps } from './steps.ts'
import { news, type TellOwner } from './told.ts'
import { refuseWeak } from './weak-passwords.ts'

interface PasswordDeps {
  db: Db
  bus: Bus
  limits: Limits
  jobs: Jobs
  tellOwner: TellOwner
}

/** The same work, the same words and the same time whether there is such an account or not: the mail is written by a job. */
export async function forgotPassword({ db, jobs, limits }: PasswordDeps, email: string): Promise<void> {
  try {
    await limits.count('mail-link', `reset:${email}`)
  } catch (error) {
    if (error instanceof AppError && error.code === 'too-many-requests') return // enough are on their way
    throw error
  }
  const account = await db.selectFrom('account').select('id').where('email', '=', email).executeTakeFirst()
  await jobs.send(db, 'auth.reset-link', { accountId: account?.id ?? null })
}

export const passwordJobs = ({ db, mail }: { db: Db; mail: Mail }): JobHandlers => ({
  'auth.reset-link': async ({ accountId }) => {
    if (accountId) await mailResetLink(db, mail, accountId)
  },
})

function mailResetLink(db: Db, mail: Mail, accountId: string): Promise<void> {
  return db.transaction().execute(async (trx) => {
    const account = await trx
      .selectFrom('account')
      .select('email')
      .where('id', '=', accountId)
      .where('erased_at', 'is', null)
      .executeTakeFirst()
    if (!account) return
    await mailLink(trx, mail, {
      to: { accountId, purpose: 'reset-password', email: account.email },
      subject: 'Set a new password',
      paragraphs: [
        'Somebody, probably you, asked for a new password for your account. The link works once, for one hour.',
        'If this was not you, do nothing: your password stays as it is.',
      ],
      action: { label: 'Set a new password', page: '/reset-password' },
    })
  })
}

/** Ends every login of the account: whoever had the password before is out, with every way in of a time before the proof. @throws AppError `link-over`, `bad-input` (a weak password) */
export async function resetPassword(
  { db, bus, tellOwner, willTell }: PasswordDeps & { willTell: WillTell },
  { token, password }: { token: string; password: string },
): Promise<{ email: string }> {
  const password_hash = await hashPassword(password)
  const { accountId, email, ended, tellNow } = await db.transaction().execute(async (trx) => {
    const { accountId, email } = await takeMailToken(trx, token, ['reset-password'])
    const before = await lockAccount(trx, accountId)
    if (before.email !== email) throw new AppError('link-over', 'This address is no longer yours here.')
    refuseWeak(password, await getOwner(trx, accountId))
    const isNews = before.email_verified_at === null
    if (isNews) await removeOtherWays(trx, accountId)
    await trx.updateTable('account').set({ password_hash }).where('id', '=', accountId).execute()
    await voidMailTokens(trx, accountId, ['change-email'])
    await forgetSteps(trx, accountId)
    const ended = await endLogins(trx, { accountId })
    // Whoever opened the link reads what is mailed there.
    const proved =
      isNews && (await writeProved({ willTell }, trx, { accountId, email, action: 'email.verified' }))
    await audit(trx, { actorId: accountId, action: 'password.reset', subject: `account:${accountId}` })
    return { accountId, email, ended, tellNow: proved ? proved.tellNow : nothingToTell }
  })
  tellEnded(bus, ended)
  await tellNow()
  await tellOwner(accountId, news.passwordChanged)
  return { email }
}

const getOwner = (db: DbOrTrx, accountId: string) =>
  db.selectFrom('account').select(['name', 'email']).where('id', '=', accountId).executeTakeFirstOrThrow()

/** Whoever made the account may not have been the owner of its address: what they set up opens it no more. */
async function removeOtherWays(trx: DbOrTrx, accountId: string): Promise<void> {
  for (const table of ['passkey', 'totp', 'recovery_code', 'oidc_identity'] as const)
    await trx.deleteFrom(table).where('account_id', '=', accountId).execute()
}

/** Asks for the present one where there is one, else for a fresh proof; ends the other logins. @throws AppError `wrong-credentials`, `bad-input` */
export async function changePassword(
  { db, bus, limits, tellOwner }: PasswordDeps,
  who: Who,
  given: { present: string | undefined; password: string; address: string },
): Promise<void> {
  const { userId: accountId, loginId } = who
  const { password_hash: before } = await db
    .selectFrom('account')
    .select('password_hash')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  if (before === null) await requireFresh(db, who)
  else
    await guess(limits, { key: `password:${accountId}`, address: given.address }, async () => {
      if (!given.present || !(await passwordMatches(before, given.present)))
        throw new AppError('wrong-credentials', 'Your present password is wrong.', {
          present: 'This is not your password.',
        })
    })
  refuseWeak(given.password, await getOwner(db, accountId))
  const password_hash = await hashPassword(given.password)
  const ended = await db.transaction().execute(async (trx) => {
    await trx.updateTable('account').set({ password_hash }).where('id', '=', accountId).execute()
    await voidMailTokens(trx, accountId, ['reset-password', 'change-email'])
    await forgetSteps(trx, accountId)
    const ended = await endLogins(trx, { accountId, except: loginId })
    await audit(trx, { actorId: accountId, action: 'password.changed', subject: `account:${accountId}` })
    return ended
  })
  tellEnded(bus, ended)
  await tellOwner(accountId, news.passwordChanged)
}
