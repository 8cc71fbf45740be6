/** The way out: a mail server over SMTP, or none in a trial, where mails stay to be looked at. */
import { createTransport } from 'nodemailer'

export interface Outgoing {
  mailId: string
  to: string
  subject: string
  text: string
  html: string
  calendar: string | null
  /** Where programs stop mails of this kind for people, with one click (RFC 8058). */
  unsubscribeUrl?: string
}

export interface Transport {
  /** Resolves when the mail server has taken it. @throws Refused for good, or any other error for now */
  send(mail: Outgoing): Promise<void>
  close(): void
}

/** The mail server does not want this mail, now or later: nobody has that address, or it takes no such mail. */
export class Refused extends Error {
  constructor(words: string) {
    super(words)
    this.name = 'Refused'
  }
}

/** A mail server that says nothing is not waited for. */
const patienceMs = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 60_000 }

/** `smtp://` upgrades to TLS when the server offers it, `smtps://` begins with it; options as nodemailer's in the query. */
export function smtpTransport(url: string, from: string): Transport {
  const pool = createTransport(
    {
      url,
      pool: true,
      maxConnections: 4,
      maxMessages: 100,
      ...patienceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  )
  const host = from.match(/@([^\s>]+)/)?.[1] ?? 'peerlearn'
  return {
    async send({ mailId, to, subject, text, html, calendar, unsubscribeUrl }) {
      const mail = {
        // The same at every try: programs show a mail that came twice once.
        messageId: `<${mailId}@${host}>`,
        to: { address: to, name: '' },
        subject,
        text,
        html,
        headers: {
          'Auto-Submitted': 'auto-generated',
          ...(unsubscribeUrl && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
        },
        ...(calendar !== null && {
          icalEvent: { method: methodOf(calendar), content: calendar, filename: 'invite.ics' },
        }),
        ...(unsubscribeUrl && { list: { unsubscribe: { url: unsubscribeUrl, comment: '' } } }),
      }
      try {
        await pool.sendMail(mail)
      } catch (error) {
        throw isRefusal(error) ? new Refused(wordsOf(error)) : error
      }
    },
    close: () => pool.close(),
  }
}

const methodOf = (calendar: string) => (/^METHOD:CANCEL\s*$/m.test(calendar) ? 'CANCEL' : 'REQUEST')

/** A lasting answer (RFC 5321: 5yz) to the recipient or to the mail itself. To the sender or to a login it is ours to mend. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || !('responseCode' in error) || !('command' in error)) return false
  const code = Number(error.responseCode)
  return code >= 500 && code < 600 && (error.command === 'RCPT TO' || error.command === 'DATA')
}

const wordsOf = (error: Error) =>
  'response' in error && typeof error.response === 'string' ? error.response : error.message
