/** The secrets in mailed links. Only hashes are kept; each works once, and the newest use ends the others of its purpose. */
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { Mail } from '../mail/mail.ts'
import type { Database } from '../schema.ts'

export type MailPurpose = Database['mail_token']['purpose']

/** A link to a new password opens the account, so it lives short. */
const hours: Record<MailPurpose, number> = { 'verify-email': 24, 'change-email': 24, 'reset-password': 1 }

const hashOf = (token: string) => createHash('sha256').update(token).digest()

/** A new secret for this account's link, to be mailed to `email`. */
async function issueMailToken(
  trx: DbOrTrx,
  { accountId, purpose, email }: { accountId: string; purpose: MailPurpose; email: string },
): Promise<string> {
  await trx
    .deleteFrom('mail_token')
    .where('account_id', '=', accountId)
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
  const token = randomBytes(32).toString('base64url')
  await trx
    .insertInto('mail_token')
    .values({
      hash: hashOf(token),
      account_id: accountId,
      purpose,
      email,
      expires_at: sql`now() + make_interval(hours => ${hours[purpose]})`,
    })
    .execute()
  return token
}

interface LinkMail {
  to: { accountId: string; purpose: MailPurpose; email: string }
  subject: string
  paragraphs: string[]
  /** `page` reads the secret behind its #: no server and no log sees it until the page posts it. */
  action: { label: string; page: string }
}

/** Mails a link with a new secret to `to.email`. */
export async function mailLink(
  trx: DbOrTrx,
  mail: Mail,
  { to, subject, paragraphs, action }: LinkMail,
): Promise<void> {
  const token = await issueMailToken(trx, to)
  await mail.send(trx, {
    accountId: to.accountId,
    email: to.email,
    kind: 'account',
    subject,
    paragraphs,
    action: { label: action.label, path: `${action.page}#${token}` },
  })
}

/** Uses it up, and with it all of the account's for the same purpose. @throws AppError `link-over` */
export async function takeMailToken(
  trx: DbOrTrx,
  token: string,
  purposes: readonly MailPurpose[],
): Promise<{ accountId: string; purpose: MailPurpose; email: string }> {
  const taken = await trx
    .updateTable('mail_token')
    .set({ used_at: sql`now()` })
    .where('hash', '=', hashOf(token))
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['account_id as accountId', 'purpose', 'email'])
    .executeTakeFirst()
  if (!taken) throw new AppError('link-over', 'This link was used already, or is too old. Ask for a new one.')
  await voidMailTokens(trx, taken.accountId, [taken.purpose])
  return taken
}

/** Links of these purposes that are still on their way work no more. */
export async function voidMailTokens(
  trx: DbOrTrx,
  accountId: string,
  purposes: readonly MailPurpose[],
): Promise<void> {
  await trx
    .updateTable('mail_token')
    .set({ used_at: sql`now()` })
    .where('account_id', '=', accountId)
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .execute()
}
