/** Mails go out once, whatever the mail server says first; what can't go is seen. */
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { newId, type Db } from '../src/db.ts'
import { createJobs } from '../src/jobs/jobs.ts'
import { createLog } from '../src/log.ts'
import { toHtml, toText } from '../src/mail/layout.ts'
import { createMail, mailJobs, type MailWish } from '../src/mail/mail.ts'
import { smtpTransport } from '../src/mail/transport.ts'
import { createUnsubscribeLinks } from '../src/mail/unsubscribe-links.ts'
import { eventually, fileDatabase, openDb, testConfig } from './harness.ts'
import { startMailServer } from './mail-server.ts'

const publicUrl = 'https://learn.example.org'
const unsubscribeLinks = createUnsubscribeLinks(testConfig(), publicUrl)
const from = 'PeerLearn <classes@learn.example.org>'

/** A server's mail, on the way to this mail server. */
async function startPost(url: string, { keepWords = false } = {}) {
  const db = await openDb()
  const jobs = createJobs({ databaseUrl: await fileDatabase(), log: createLog('silent'), crons: false })
  const transport = smtpTransport(url, from)
  // The next test's mails are not for this one's mail server.
  onTestFinished(async () => {
    await jobs.close()
    transport.close()
  })
  jobs.work([mailJobs({ db, transport, keepWords, unsubscribeLinks })])
  return { db, jobs, mail: createMail({ jobs, publicUrl, unsubscribeLinks }) }
}

const wish = (changes: Partial<MailWish> = {}): MailWish => ({
  accountId: null,
  email: `${newId()}@example.org`,
  kind: 'booking',
  subject: 'Your seat is booked',
  paragraphs: ['You have a seat in “Balance sheets”.'],
  action: { label: 'Open it', path: '/bookings' },
  ...changes,
})

/** Lines that were folded are whole again (RFC 5322, 2.2.3). */
const headersOf = (raw: string) =>
  raw
    .split('\r\n\r\n')[0]!
    .replace(/\r\n(?=\s)/g, '')
    .replace(/:\s+/g, ': ')
/** Soft line breaks are none, and an = is one (RFC 2045, 6.7). */
const bodyOf = (raw: string) => raw.replace(/=\r\n/g, '').replaceAll('=3D', '=')

const findMail = (db: Db, email: string) =>
  db.selectFrom('mail').selectAll().where('recipient', '=', email).executeTakeFirstOrThrow()

const hurry = (db: Db) => sql`update pgboss.job set start_after = now() where state = 'retry'`.execute(db)

test('a mail arrives with text, HTML and an invitation, from the deployment, and its words are deleted', async () => {
  const server = await startMailServer()
  const { db, mail } = await startPost(server.url)
  const calendar = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n'
  const sent = wish({ calendar })
  await db.transaction().execute((trx) => mail.send(trx, sent))
  await eventually(async () =>
    expect(await findMail(db, sent.email)).toMatchObject({ status: 'sent', failure: null }),
  )
  const { id, body_text, body_html, calendar: kept } = await findMail(db, sent.email)
  expect([body_text, body_html, kept]).toEqual([null, null, null])
  const raw = server.received.find(({ to }) => to.includes(sent.email))!.raw
  expect(raw).toContain(`From: ${from}`)
  expect(raw).toContain(`Message-ID: <${id}@learn.example.org>`)
  expect(raw).toContain('Auto-Submitted: auto-generated')
  for (const type of ['text/plain', 'text/html', 'text/calendar; charset=utf-8; method=REQUEST'])
    expect(raw).toContain(`Content-Type: ${type}`)
})

test('a mail of a kind that can be switched off says how, one about the account does not', async () => {
  const server = await startMailServer()
  const { db, mail } = await startPost(server.url)
  const [accountId, email] = [newId(), `${newId()}@example.org`]
  await db.insertInto('account').values({ id: accountId, email, name: 'Asha', password_hash: null }).execute()
  await mail.send(db, wish({ accountId, email, kind: 'account', subject: 'Your password was changed' }))
  await mail.send(db, wish({ accountId, email, kind: 'booking', subject: 'Your seat is booked' }))
  await eventually(() => expect(server.received).toHaveLength(2))
  const rawOf = (subject: string) =>
    server.received.find(({ raw }) => raw.includes(`Subject: ${subject}`))?.raw
  const { page, oneClick } = unsubscribeLinks.find(accountId, 'booking')!
  const raw = rawOf('Your seat is booked')!
  expect(headersOf(raw)).toContain(`List-Unsubscribe: <${oneClick}>`)
  expect(headersOf(raw)).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click')
  for (const said of ['settings/notifications', 'Stop mails of this kind', page])
    expect(bodyOf(raw)).toContain(said)
  for (const never of ['settings/notifications', 'nsubscribe'])
    expect(rawOf('Your password was changed')).not.toContain(never)
})

test('a mail asked for in a transaction that is rolled back is never sent', async () => {
  const server = await startMailServer()
  const { db, mail } = await startPost(server.url)
  const [dropped, kept] = [wish(), wish()]
  const turned = db.transaction().execute(async (trx) => {
    await mail.send(trx, dropped)
    throw new Error('changed its mind')
  })
  await expect(turned).rejects.toThrow()
  await mail.send(db, kept)
  await eventually(() => expect(server.asked(kept.email)).toBe(1))
  expect(server.asked(dropped.email)).toBe(0)
})

test('a mail server that puts us off is asked again, and the mail goes out once', async () => {
  let puttingOff = true
  const server = await startMailServer(() =>
    puttingOff ? '451 4.7.1 Greylisted, come back later' : undefined,
  )
  const { db, mail } = await startPost(server.url)
  const sent = wish()
  await mail.send(db, sent)
  await eventually(async () =>
    expect(await findMail(db, sent.email)).toMatchObject({
      status: 'queued',
      failure: expect.stringContaining('Greylisted') as unknown,
    }),
  )
  puttingOff = false
  await eventually(async () => {
    await hurry(db)
    expect((await findMail(db, sent.email)).status).toBe('sent')
  })
  expect(server.received.filter(({ to }) => to.includes(sent.email))).toHaveLength(1)
})

test('a mail that is refused for good is not tried again, and the failure is kept without the address', async () => {
  const server = await startMailServer((recipient) => `550 5.1.1 <${recipient}> no such mailbox`)
  const { db, mail } = await startPost(server.url)
  const sent = wish()
  await mail.send(db, sent)
  await eventually(async () => expect((await findMail(db, sent.email)).status).toBe('failed'))
  const { id, failure } = await findMail(db, sent.email)
  expect(failure).toContain('no such mailbox')
  expect(failure).not.toContain(sent.email)
  await eventually(async () => {
    const { rows } = await sql`select state, output from pgboss.job where data ->> 'mailId' = ${id}`.execute(
      db,
    )
    expect(rows).toMatchObject([
      { state: 'failed', output: { message: expect.stringContaining('no such') as unknown } },
    ])
    expect(JSON.stringify(rows)).not.toContain(sent.email)
  })
  expect(server.asked(sent.email)).toBe(1)
})

test('two servers and a job that runs twice send a mail once', async () => {
  const server = await startMailServer()
  const one = await startPost(server.url)
  await startPost(server.url)
  const sent = wish()
  await one.mail.send(one.db, sent)
  const { id: mailId } = await findMail(one.db, sent.email)
  await one.jobs.sendAll(
    one.db,
    'mail.send',
    Array.from({ length: 8 }, () => ({ mailId })),
  )
  await eventually(async () => {
    const { rows } = await sql<{ done: string }>`
      select count(*) as done from pgboss.job where data ->> 'mailId' = ${mailId} and state = 'completed'`.execute(
      one.db,
    )
    expect(Number(rows[0]?.done)).toBe(9)
  })
  expect(server.received.filter(({ to }) => to.includes(sent.email))).toHaveLength(1)
})

test('what a person wrote is text in a mail, never markup', () => {
  const letter = {
    subject: 'A seat in <b>“Tea & Co”</b>',
    paragraphs: ['<img src=x onerror=alert(1)> said\n"hello"'],
    action: { label: 'Open', url: 'https://learn.example.org/sessions/1?a="b"&c' },
    footer: ['Sent to <you>.'],
    settingsUrl: 'https://learn.example.org/settings/notifications',
  }
  const html = toHtml(letter)
  expect(html).not.toMatch(/<img|<b>|<you>|a="b"/)
  expect(html).toContain('&#60;img src=x onerror=alert(1)&#62; said<br>&#34;hello&#34;')
  expect(html).not.toMatch(/<script|<link|url\(/)
  const text = toText(letter)
  for (const part of [letter.subject, letter.paragraphs[0]!, letter.action.url, letter.settingsUrl])
    expect(text).toContain(part)
})
