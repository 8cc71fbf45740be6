/** Mails: asked for inside the caller's transaction, sent by a job, at least once. */
import { newId, type Db, type DbOrTrx } from '../db.ts'
import { failureWords } from '../jobs/failure.ts'
import { GiveUp, type JobHandlers } from '../jobs/job-table.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { toHtml, toText, type Letter } from './layout.ts'
import { forgetOldMails, insertMails, lockMail, markFailed, markSent } from './queries.ts'
import { Refused, type Transport } from './transport.ts'
import type { UnsubscribeLinks } from './unsubscribe-links.ts'

export interface MailWish {
  /** Whose mail it is: it goes with the account. null: somebody without one. */
  accountId: string | null
  email: string
  /** What it is about, as in contract/notifications.ts; `account` can't be switched off. */
  kind: string
  subject: string
  paragraphs: string[]
  /** Where it leads on: a path of the client. */
  action?: { label: string; path: string }
  /** An iCalendar text with its METHOD: people are asked to put it into their calendar. */
  calendar?: string
}

export interface Mail {
  /** Puts a mail into the queue: it goes out when the transaction has committed. */
  send(trx: DbOrTrx, wish: MailWish): Promise<void>
  /** Many at once. */
  sendAll(trx: DbOrTrx, wishes: MailWish[]): Promise<void>
}

interface MailDeps {
  jobs: Jobs
  publicUrl: string
  unsubscribeLinks: UnsubscribeLinks
}

export function createMail({ jobs, publicUrl, unsubscribeLinks }: MailDeps): Mail {
  const sendAll = async (trx: DbOrTrx, wishes: MailWish[]) => {
    if (wishes.length === 0) return
    const rows = wishes.map((wish) => ({ id: newId(), ...toRow(wish, publicUrl, unsubscribeLinks) }))
    await insertMails(trx, rows)
    await jobs.sendAll(
      trx,
      'mail.send',
      rows.map(({ id }) => ({ mailId: id })),
    )
  }
  return { sendAll, send: (trx, wish) => sendAll(trx, [wish]) }
}

function toRow(
  { accountId, email, kind, subject, paragraphs, action, calendar }: MailWish,
  publicUrl: string,
  unsubscribeLinks: UnsubscribeLinks,
) {
  const at = (path: string) => new URL(path, publicUrl).href
  const stop = unsubscribeLinks.find(accountId, kind)
  const letter: Letter = {
    subject: oneLine(subject),
    paragraphs,
    ...(action && { action: { label: action.label, url: at(action.path) } }),
    footer: [`Sent to ${email} by PeerLearn, ${new URL(publicUrl).host}.`],
    ...(stop && { settingsUrl: at('/settings/notifications'), stopUrl: stop.page }),
  }
  return {
    account_id: accountId,
    recipient: email,
    kind,
    subject: letter.subject,
    body_text: toText(letter),
    body_html: toHtml(letter),
    calendar: calendar ?? null,
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

export interface MailJobDeps {
  db: Db
  /** undefined: a trial without a mail server; mails stay to be looked at. */
  transport: Transport | undefined
  /** In a trial the words stay when a mail was sent. */
  keepWords: boolean
  unsubscribeLinks: UnsubscribeLinks
}

/**
 * A mail goes out once: its row is locked while it is sent. A server that dies after the mail server took it and before
 * that is written down sends it again, under the same Message-ID.
 */
export const mailJobs = (deps: MailJobDeps): JobHandlers => ({
  'mail.send': async ({ mailId }, { last }) => {
    const failure = await deps.db.transaction().execute((trx) => sendOne(deps, trx, mailId, last))
    if (failure) throw failure
  },
  'mail.forget': () => (deps.keepWords ? Promise.resolve() : forgetOldMails(deps.db)),
})

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)))

/** @returns why it did not go, as it was written down */
async function sendOne(
  { transport, keepWords, unsubscribeLinks }: MailJobDeps,
  trx: DbOrTrx,
  mailId: string,
  last: boolean,
) {
  const mail = await lockMail(trx, mailId)
  // Its words are gone when it was sent, or too old: nothing is left to do.
  if (!mail || mail.status === 'sent' || mail.body_text === null || mail.body_html === null) return undefined
  const stop = unsubscribeLinks.find(mail.account_id, mail.kind)
  try {
    await transport?.send({
      mailId,
      to: mail.recipient,
      subject: mail.subject,
      text: mail.body_text,
      html: mail.body_html,
      calendar: mail.calendar,
      ...(stop && { unsubscribeUrl: stop.oneClick }),
    })
  } catch (error) {
    const forGood = error instanceof Refused
    await markFailed(trx, mailId, failureWords(error), forGood || last)
    return forGood ? new GiveUp(error.message) : asError(error)
  }
  await markSent(trx, mailId, keepWords)
  return undefined
}
