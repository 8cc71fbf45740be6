/** Mails of a kind are stopped by one click in a mail program, or on the page behind the mail's link; nobody signs in for it. */
import { authRoutes } from '@peerlearn/contract/auth'
import { notificationRoutes, type NotificationKind } from '@peerlearn/contract/notifications'
import { ownDataRoutes } from '@peerlearn/contract/own-data'
import { unsubscribeRoutes as routes } from '@peerlearn/contract/unsubscribe'
import { beforeAll, expect, test } from 'vitest'
import { createUnsubscribeLinks } from '../src/mail/unsubscribe-links.ts'
import { loggedPath } from '../src/request-log.ts'
import { eventually, startServer, type Person, type TestServer } from './harness.ts'
import { startMailServer, type MailServer } from './mail-server.ts'

let post: MailServer
let server: TestServer
beforeAll(async () => {
  post = await startMailServer()
  server = await startServer({ env: { SMTP_URL: post.url } })
})

const notes: Record<string, { title: string; message: string }> = {
  booking: { title: 'Your seat is booked', message: 'You have a seat.' },
  follow: { title: 'A new class', message: 'A mentor published it.' },
  account: { title: 'Your password was changed', message: 'It was changed.' },
}
const tell = ({ userId }: Person, kind: NotificationKind) =>
  server.app.notify([userId], { kind, ...notes[kind]! })

const mailsOf = ({ email }: Person, kind: string) =>
  post.received.filter(({ to, raw }) => to.includes(email) && raw.includes(`Subject: ${notes[kind]!.title}`))

/** The newest mail of this kind to this person, once there are so many. */
const arrived = (person: Person, kind: string, number = 1) =>
  eventually(() => {
    const mails = mailsOf(person, kind)
    expect(mails).toHaveLength(number)
    return mails.at(-1)!.raw
  })

/** Where the mail's header says that a program may post to. */
function oneClickOf(raw: string): URL {
  const headers = raw.split('\r\n\r\n')[0]!.replace(/\r\n\s+/g, '')
  expect(headers).toMatch(/List-Unsubscribe-Post: ?List-Unsubscribe=One-Click/)
  return new URL(/List-Unsubscribe: ?<([^>]+)>/.exec(headers)![1]!)
}

const tokenIn = (raw: string) => oneClickOf(raw).pathname.split('/').at(-1)!

/** As a mail program does it (RFC 8058, 3.2): a form, no cookie, no login. */
const click = (url: URL) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })

const mailChosen = async (person: Person, kind: string) =>
  (await server.api(notificationRoutes.choices, {}, person)).items.find((item) => item.kind === kind)

test('one click stops mails of this kind, and no other mail', async () => {
  const asha = await server.person()
  const other = await server.person()
  await tell(asha, 'booking')
  const answer = await click(oneClickOf(await arrived(asha, 'booking')))
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null])
  expect(await mailChosen(asha, 'booking')).toMatchObject({ app: true, mail: false, push: true })
  await tell(asha, 'booking')
  await tell(other, 'booking')
  await tell(asha, 'follow')
  await tell(asha, 'account')
  for (const kind of ['follow', 'account']) await arrived(asha, kind)
  await arrived(other, 'booking')
  expect(mailsOf(asha, 'booking')).toHaveLength(1)
})

test('a form of several parts does it as well', async () => {
  const asha = await server.person()
  await tell(asha, 'booking')
  const body = new FormData()
  body.set('List-Unsubscribe', 'One-Click')
  const answer = await fetch(oneClickOf(await arrived(asha, 'booking')), { method: 'POST', body })
  expect(answer.status).toBe(200)
  expect(await mailChosen(asha, 'booking')).toMatchObject({ mail: false })
})

test('opening the address changes nothing: programs that look at links ahead stop no mails', async () => {
  const asha = await server.person()
  await tell(asha, 'booking')
  const raw = await arrived(asha, 'booking')
  await fetch(oneClickOf(raw))
  await fetch(oneClickOf(raw), { method: 'HEAD' })
  expect(await server.api(routes.mailOfLink, { body: { token: tokenIn(raw) } })).toEqual({
    kind: 'booking',
    mail: true,
  })
})

test('the page takes it back, and mails come again', async () => {
  const asha = await server.person()
  await tell(asha, 'booking')
  const token = tokenIn(await arrived(asha, 'booking'))
  const choose = (mail: boolean) => server.api(routes.chooseMail, { body: { token, mail } })
  expect(await choose(false)).toEqual({ kind: 'booking', mail: false })
  expect(await choose(false)).toEqual({ kind: 'booking', mail: false })
  expect(await choose(true)).toEqual({ kind: 'booking', mail: true })
  await tell(asha, 'booking')
  await arrived(asha, 'booking', 2)
})

test('what a person chose for other places stays', async () => {
  const asha = await server.person()
  const items = [{ kind: 'booking' as const, app: false, mail: true, push: false }]
  await server.api(notificationRoutes.choose, { body: { items } }, asha)
  await tell(asha, 'booking')
  await click(oneClickOf(await arrived(asha, 'booking')))
  expect(await mailChosen(asha, 'booking')).toMatchObject({ app: false, mail: false, push: false })
})

test('news of the account has no such link, and no link stops it', async () => {
  const asha = await server.person()
  await tell(asha, 'account')
  expect(await arrived(asha, 'account')).not.toMatch(/unsubscribe/i)
  const links = createUnsubscribeLinks(server.config, server.url)
  expect(links.find(asha.userId, 'account')).toBeUndefined()
  expect(links.find(null, 'booking')).toBeUndefined()
})

test('a link of somebody else’s making, cut short or changed, does nothing', async () => {
  const asha = await server.person()
  const forger = createUnsubscribeLinks({ AUTH_SECRET: 'somebody-elses-secret-0123456789' }, server.url)
  const ours = createUnsubscribeLinks(server.config, server.url)
    .find(asha.userId, 'booking')!
    .page.split('#')[1]!
  const forged = forger.find(asha.userId, 'booking')!.page.split('#')[1]!
  const followed = Buffer.concat([Buffer.from(ours, 'base64url').subarray(0, 48), Buffer.from('follow')])
  for (const token of [forged, ours.slice(0, -2), `z${ours.slice(1)}`, followed.toString('base64url'), 'x']) {
    const over = { code: 'link-over' }
    await expect(server.api(routes.mailOfLink, { body: { token } })).rejects.toMatchObject(over)
    await expect(server.api(routes.chooseMail, { body: { token, mail: false } })).rejects.toMatchObject(over)
    expect((await click(new URL(`/unsubscribe/${token}`, server.url))).status).toBe(409)
  }
  expect(await mailChosen(asha, 'booking')).toMatchObject({ mail: true })
  expect(await mailChosen(asha, 'follow')).toMatchObject({ mail: true })
})

test('it opens nothing: it is no token of a login', async () => {
  const asha = await server.person()
  const token = createUnsubscribeLinks(server.config, server.url)
    .find(asha.userId, 'booking')!
    .page.split('#')[1]!
  await expect(server.api(ownDataRoutes.exportMine, {}, { token })).rejects.toMatchObject({
    code: 'signed-out',
  })
  await expect(server.api(authRoutes.wsTicket, { body: {} }, { token })).rejects.toMatchObject({
    code: 'signed-out',
  })
})

test('links of mails sent before AUTH_SECRET was changed still work while the one before is known', () => {
  const { AUTH_SECRET } = server.config
  const old = createUnsubscribeLinks({ AUTH_SECRET }, server.url)
  const accountId = crypto.randomUUID()
  const token = old.find(accountId, 'booking')!.page.split('#')[1]!
  const next = { AUTH_SECRET: 'another-secret-0123456789abcdef' }
  expect(
    createUnsubscribeLinks({ ...next, AUTH_SECRET_PREVIOUS: AUTH_SECRET }, server.url).open(token),
  ).toEqual({
    accountId,
    kind: 'booking',
  })
  expect(createUnsubscribeLinks(next, server.url).open(token)).toBeUndefined()
})

test('of an erased account it is over', async () => {
  const asha = await server.person()
  const token = createUnsubscribeLinks(server.config, server.url)
    .find(asha.userId, 'booking')!
    .page.split('#')[1]!
  await server.api(ownDataRoutes.eraseMine, { body: { word: 'ERASE', password: asha.password } }, asha)
  await expect(server.api(routes.chooseMail, { body: { token, mail: true } })).rejects.toMatchObject({
    code: 'link-over',
  })
})

test('no log keeps the address that a program posts to', () => {
  expect(loggedPath('/unsubscribe/AZjJ1kQ_-token')).toBe('/unsubscribe/…')
})
