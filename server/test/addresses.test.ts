/** An address: proved by the link in a mail, and changed to another one. */
import { authRoutes } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './harness-browser.ts'
import { startServer, type TestServer } from './harness.ts'
import { auditOf, expireLinks, growStale, linkToken, mailsTo, passwordLogin, register } from './sign-in.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const browser = () => new Browser(server.url)
const prove = (token: string) => browser().post(authRoutes.proveEmail, { token })
const reset = (token: string) =>
  browser().post(authRoutes.resetPassword, { token, password: 'a new horse battery' })
const registered = (wish: { application?: string } = {}) => register(browser(), wish)
const me = (person: { token: string }) => server.api(userRoutes.me, {}, person)

const confirmMail = 'Confirm your address'
const newAddressMail = 'Confirm your new address'
const resetMail = 'Set a new password'

describe('an address', () => {
  test('is proved by the mail that a new account gets', async () => {
    const person = await registered()
    expect(person.user.verified).toBe(false)
    const token = await linkToken(server, person.email, confirmMail)
    expect(await prove(token)).toMatchObject({ status: 200, body: { email: person.email, changed: false } })
    expect(await me(person)).toMatchObject({ verified: true })
    expect(await auditOf(server, person.userId)).toEqual(['email.verified'])
  })

  test('once proved, is told to somebody who wants to teach together with their application', async () => {
    const learner = await registered()
    const mentor = await registered({ application: 'Statistics, with the newspaper of the day.' })
    const [one, other] = [learner, mentor].map(async ({ email }) =>
      prove(await linkToken(server, email, confirmMail)),
    )
    expect(await one).toMatchObject({ body: { applied: false } })
    expect(await other).toMatchObject({ body: { applied: true } })
  })

  test('stands behind the # of the link, so that no server’s log sees the secret', async () => {
    const { email } = await registered()
    const [mail] = await mailsTo(server, email, confirmMail)
    expect(mail!.body_text).toMatch(/\/verify#[\w-]{43}/)
  })

  test('is proved by a link once', async () => {
    const { email } = await registered()
    const token = await linkToken(server, email, confirmMail)
    await prove(token)
    expect(await prove(token)).toMatchObject({ status: 409, code: 'link-over' })
  })

  test('is not proved by a link of yesterday', async () => {
    const person = await registered()
    const token = await linkToken(server, person.email, confirmMail)
    await expireLinks(server, person.email)
    expect(await prove(token)).toMatchObject({ code: 'link-over' })
    expect(await me(person)).toMatchObject({ verified: false })
  })

  test('gets the mail again when asked, five times an hour', async () => {
    const person = await registered()
    const again = () => server.api(securityRoutes.sendVerification, { body: {} }, person)
    for (let n = 0; n < 5; n++) await again()
    await expect(again()).rejects.toMatchObject({ status: 429 })
    expect(await mailsTo(server, person.email, confirmMail)).toHaveLength(6)
  })

  test('that is proved gets no more such mails', async () => {
    const person = await server.person()
    await server.api(securityRoutes.sendVerification, { body: {} }, person)
    expect(await mailsTo(server, person.email, confirmMail)).toEqual([])
  })

  test('keeps no secret of a link that could be used', async () => {
    const { email } = await registered()
    const token = await linkToken(server, email, confirmMail)
    const rows = await server.db.selectFrom('mail_token').select('hash').where('email', '=', email).execute()
    expect(rows).toHaveLength(1)
    expect(rows[0]!.hash.includes(Buffer.from(token, 'base64url'))).toBe(false)
  })
})

describe('another address', () => {
  test('becomes mine when it is proved there, and the one before is told', async () => {
    const person = await server.person()
    const email = `moved-${person.userId}@peerlearn.test`
    await server.api(securityRoutes.changeEmail, { body: { email } }, person)
    expect(await mailsTo(server, person.email, 'Your address is about to change')).toHaveLength(1)
    expect(await me(person)).toMatchObject({ email: person.email })
    const token = await linkToken(server, email, newAddressMail)
    expect(await prove(token)).toMatchObject({ status: 200, body: { email, changed: true } })
    expect(await me(person)).toMatchObject({ email, verified: true })
    expect(await mailsTo(server, person.email, 'Your address was changed')).toHaveLength(1)
    await passwordLogin(browser(), { email, password: person.password })
    expect(await auditOf(server, person.userId)).toEqual(['email.changed'])
  })

  test('is not taken from somebody, neither when it is asked for nor when they were faster', async () => {
    const [person, other] = [await server.person(), await server.person()]
    const ask = (email: string) => server.api(securityRoutes.changeEmail, { body: { email } }, person)
    await expect(ask(other.email)).rejects.toMatchObject({ code: 'email-taken' })
    const email = `wanted-${person.userId}@peerlearn.test`
    await ask(email)
    await browser().ok(authRoutes.register, { email, password: 'correct horse battery', name: 'Faster' })
    const token = await linkToken(server, email, newAddressMail)
    expect(await prove(token)).toMatchObject({ status: 409, code: 'email-taken' })
    expect(await me(person)).toMatchObject({ email: person.email })
  })

  test('asks for a fresh proof of who it is', async () => {
    const person = await server.person()
    await growStale(server, person)
    const change = server.api(securityRoutes.changeEmail, { body: { email: 'thief@peerlearn.test' } }, person)
    await expect(change).rejects.toMatchObject({ status: 403, code: 'confirm-needed' })
  })

  test('no longer comes when a new password was set in between', async () => {
    const person = await server.person()
    const email = `hijacked-${person.userId}@peerlearn.test`
    await server.api(securityRoutes.changeEmail, { body: { email } }, person)
    const token = await linkToken(server, email, newAddressMail)
    await browser().ok(authRoutes.forgotPassword, { email: person.email })
    await reset(await linkToken(server, person.email, resetMail))
    expect(await prove(token)).toMatchObject({ code: 'link-over' })
  })
})

test('a link opens no other purpose: one for an address sets no password, and the other way round', async () => {
  const person = await registered()
  expect(await reset(await linkToken(server, person.email, confirmMail))).toMatchObject({
    code: 'link-over',
  })
  await browser().ok(authRoutes.forgotPassword, { email: person.email })
  expect(await prove(await linkToken(server, person.email, resetMail))).toMatchObject({ code: 'link-over' })
})
