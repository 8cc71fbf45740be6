/** Proving that an address is one's own, and changing to another one: by links in mails, opened at that very address. */
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import { violates, type Db, type DbOrTrx } from '../db.ts'
import type { Mail } from '../mail/mail.ts'
import { nothingToTell, type TellNow, type WillTell } from '../notifications/notifications.ts'
import type { Limits } from '../rate-limit.ts'
import { tellOfApplication } from '../users/application-news.ts'
import { findApplicationsOf } from '../users/applications.ts'
import { mailLink, takeMailToken, voidMailTokens } from './mail-tokens.ts'

interface AddressDeps {
  db: Db
  mail: Mail
  limits: Limits
}

const page = '/verify'

/** Mails the link that proves the account's own address. */
export async function mailVerification(
  trx: DbOrTrx,
  mail: Mail,
  { accountId, email }: { accountId: string; email: string },
): Promise<void> {
  await mailLink(trx, mail, {
    to: { accountId, purpose: 'verify-email', email },
    subject: 'Confirm your address',
    paragraphs: [
      'Confirm that this address is yours, and you can book seats and be told when a class begins.',
      'The link works once, for 24 hours. If you did not make an account, do nothing: without this the account can’t be used.',
    ],
    action: { label: 'Confirm this address', page },
  })
}

/** Once more. Harmless when the address is proved already. @throws AppError `too-many-requests` */
export async function resendVerification(
  { db, mail, limits }: AddressDeps,
  accountId: string,
): Promise<void> {
  const account = await getAddress(db, accountId)
  if (account.email_verified_at) return
  await limits.count('mail-link', `verify:${accountId}`)
  await db.transaction().execute((trx) => mailVerification(trx, mail, { accountId, email: account.email }))
}

/** Mails a link to the new address, and word of it to the present one. @throws AppError `email-taken`, `too-many-requests` */
export async function askNewAddress(
  { db, mail, limits }: AddressDeps,
  { accountId, email }: { accountId: string; email: string },
): Promise<void> {
  const account = await getAddress(db, accountId)
  if (account.email === email)
    throw new AppError('bad-input', 'This is your address already.', { email: 'Is your address already.' })
  // Counted before it is said whether somebody has that address: nobody tries one after another.
  await limits.count('mail-link', `change:${accountId}`)
  const other = await db.selectFrom('account').select('id').where('email', '=', email).executeTakeFirst()
  if (other) throw emailTaken()
  await db.transaction().execute(async (trx) => {
    await mailLink(trx, mail, {
      to: { accountId, purpose: 'change-email', email },
      subject: 'Confirm your new address',
      paragraphs: [
        'You want to use this address for your account. Until you confirm it, the one before stays.',
        'The link works once, for 24 hours. If this was not you, do nothing.',
      ],
      action: { label: 'Use this address', page },
    })
    await mail.send(trx, {
      accountId,
      email: account.email,
      kind: 'account',
      subject: 'Your address is about to change',
      paragraphs: [
        'Somebody who is signed in to your account asked to use another address for it. It changes when the mail there is confirmed.',
        'Was this not you? Set a new password now: that signs everybody out, and the change no longer works.',
      ],
      action: { label: 'Set a new password', path: '/forgot-password' },
    })
  })
}

/** What a mailed link proves. @throws AppError `link-over`, `email-taken` */
export async function proveAddress(
  { db, mail, willTell }: Pick<AddressDeps, 'db' | 'mail'> & { willTell: WillTell },
  token: string,
): Promise<{ email: string; changed: boolean; applied: boolean }> {
  try {
    const { tellNow, ...answer } = await db.transaction().execute(async (trx) => {
      const proved = await takeMailToken(trx, token, ['verify-email', 'change-email'])
      const { accountId, email } = proved
      const before = await getAddress(trx, accountId, true)
      const changed = proved.purpose === 'change-email'
      if (!changed && before.email !== email)
        throw new AppError('link-over', 'This address is no longer yours here.')
      if (changed) await tellBoth(trx, mail, { accountId, before: before.email })
      const action = changed ? 'email.changed' : 'email.verified'
      return { email, changed, ...(await writeProved({ willTell }, trx, { accountId, email, action })) }
    })
    await tellNow()
    return answer
  } catch (error) {
    if (violates(error, 'account_email')) throw emailTaken()
    throw error
  }
}

/**
 * This address is the account's, and proved, by whichever link. An application that came with the registration waits for
 * an admin from now on. @returns tells them, for after the commit
 */
export async function writeProved(
  { willTell }: { willTell: WillTell },
  trx: DbOrTrx,
  {
    accountId,
    email,
    action,
  }: { accountId: string; email: string; action: `email.${'changed' | 'verified'}` },
): Promise<{ applied: boolean; tellNow: TellNow }> {
  await trx
    .updateTable('account')
    .set({ email, email_verified_at: sql`now()` })
    .where('id', '=', accountId)
    .execute()
  const pending = (await findApplicationsOf(trx, accountId)).find(({ status }) => status === 'pending')
  await audit(trx, { actorId: accountId, action, subject: `account:${accountId}` })
  if (!pending) return { applied: false, tellNow: nothingToTell }
  const tellNow = await tellOfApplication({ willTell }, trx, { accountId, applicationId: pending.id })
  return { applied: true, tellNow }
}

async function tellBoth(
  trx: DbOrTrx,
  mail: Mail,
  { accountId, before }: { accountId: string; before: string },
): Promise<void> {
  // What was mailed to the address before opens nothing any more.
  await voidMailTokens(trx, accountId, ['verify-email', 'reset-password', 'change-email'])
  await mail.send(trx, {
    accountId,
    email: before,
    kind: 'account',
    subject: 'Your address was changed',
    paragraphs: [
      'Your account now uses another address, which was confirmed. We write there from now on.',
      'Was this not you? Answer this mail at once.',
    ],
  })
}

const emailTaken = () =>
  new AppError('email-taken', 'There is another account with this address.', {
    email: 'This address belongs to an account already.',
  })

function getAddress(db: DbOrTrx, accountId: string, lock = false) {
  const query = db.selectFrom('account').select(['email', 'email_verified_at']).where('id', '=', accountId)
  return (lock ? query.forUpdate() : query).executeTakeFirstOrThrow()
}
