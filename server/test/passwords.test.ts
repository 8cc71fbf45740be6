/** A password that was forgotten is set anew by the link in a mail; one that is known is changed. */
import { authRoutes } from '@peerlearn/contract/auth'
import { closeCode } from '@peerlearn/contract/channel'
import { securityRoutes } from '@peerlearn/contract/security'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './harness-browser.ts'
import { eventually, startServer, type TestServer } from './harness.ts'
import { auditOf, expireLinks, linkToken, mailsTo, passwordLogin } from './sign-in.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const browser = () => new Browser(server.url)
const reset = (token: string) =>
  browser().post(authRoutes.resetPassword, { token, password: 'a new horse battery' })
const me = (person: { token: string }) => server.api(userRoutes.me, {}, person)

const resetMail = 'Set a new password'

describe('a forgotten password', () => {
  test('is set anew by a mailed link, which ends every login and its sockets, and is told', async () => {
    const person = await server.person()
    const socket = await server.connect(person)
    await browser().ok(authRoutes.forgotPassword, { email: person.email })
    expect(await reset(await linkToken(server, person.email, resetMail))).toMatchObject({
      status: 200,
      body: { email: person.email },
    })
    expect(await socket.closed).toMatchObject({ code: closeCode.signedOut })
    await expect(me(person)).rejects.toMatchObject({ code: 'signed-out' })
    const { email } = person
    expect(await browser().post(authRoutes.login, { email, password: person.password })).toMatchObject({
      status: 401,
    })
    await passwordLogin(browser(), { email, password: 'a new horse battery' })
    await eventually(async () =>
      expect(await mailsTo(server, email, 'Your password was changed')).toHaveLength(1),
    )
    expect(await auditOf(server, person.userId)).toEqual(['password.reset'])
  })

  test('is set by a link once, within an hour', async () => {
    const { email } = await server.person()
    await browser().ok(authRoutes.forgotPassword, { email })
    const first = await linkToken(server, email, resetMail)
    await reset(first)
    expect(await reset(first)).toMatchObject({ code: 'link-over' })
    await browser().ok(authRoutes.forgotPassword, { email })
    const second = await eventually(async () => {
      const token = await linkToken(server, email, resetMail)
      expect(token).not.toBe(first)
      return token
    })
    await expireLinks(server, email)
    expect(await reset(second)).toMatchObject({ code: 'link-over' })
  })

  test('tells nobody who has an account: the same answer, for all that can be seen', async () => {
    const { email } = await server.person()
    const known = await browser().post(authRoutes.forgotPassword, { email })
    const unknown = await browser().post(authRoutes.forgotPassword, { email: 'nobody@peerlearn.test' })
    expect({ ...unknown }).toEqual({ ...known })
    expect(known.status).toBe(200)
  })

  test('asks for the same work whether there is an account or not', async () => {
    const { email } = await server.person()
    const jobs = async () => {
      const { count } = await server.db
        .selectFrom('pgboss.job' as never)
        .select((eb) => eb.fn.countAll<string>().as('count'))
        .where('name' as never, '=', 'auth.reset-link' as never)
        .executeTakeFirstOrThrow()
      return Number(count)
    }
    const before = await jobs()
    await browser().ok(authRoutes.forgotPassword, { email })
    await browser().ok(authRoutes.forgotPassword, { email: 'nobody-at-all@peerlearn.test' })
    expect(await jobs()).toBe(before + 2)
  })

  test('does not fill a mailbox: five mails an hour, and still the same answer', async () => {
    const { email } = await server.person()
    const answers = []
    for (let n = 0; n < 7; n++) answers.push(await browser().post(authRoutes.forgotPassword, { email }))
    expect(answers.map(({ status }) => status)).toEqual(Array(7).fill(200))
    await eventually(async () => expect(await mailsTo(server, email, resetMail)).toHaveLength(5))
  })
})

describe('another password', () => {
  test('asks for the present one, and ends the other logins alone', async () => {
    const person = await server.person()
    const elsewhere = await passwordLogin(browser(), person)
    const change = (present: string) =>
      server.api(
        securityRoutes.changePassword,
        { body: { present, password: 'a new horse battery' } },
        person,
      )
    await expect(change('a guess')).rejects.toMatchObject({ code: 'wrong-credentials' })
    await change(person.password)
    await me(person)
    await expect(me({ token: elsewhere.accessToken })).rejects.toMatchObject({ code: 'signed-out' })
    await passwordLogin(browser(), { email: person.email, password: 'a new horse battery' })
    expect(await auditOf(server, person.userId)).toEqual(['password.changed'])
  })

  test('is no way to guess the present one', async () => {
    const person = await server.person()
    const change = (present: string) =>
      server.api(
        securityRoutes.changePassword,
        { body: { present, password: 'a new horse battery' } },
        person,
      )
    for (let n = 0; n < 5; n++) await expect(change(`guess ${n}`)).rejects.toMatchObject({ status: 401 })
    await expect(change(person.password)).rejects.toMatchObject({ status: 429 })
  })
})

describe('a password that anybody would try first', () => {
  const weak = {
    code: 'bad-input',
    details: { password: expect.stringContaining('Too easy to guess') as string },
  }

  test('makes no account', async () => {
    const body = { email: 'ravi.teaches@peerlearn.test', password: 'Ravi@1985', name: 'Ravi' }
    expect(await browser().post(authRoutes.register, body)).toMatchObject(weak)
    await browser().ok(authRoutes.register, { ...body, password: 'three plain words' })
  })

  test('is not set by a mailed link, which still works for a better one', async () => {
    const { email } = await server.person()
    await browser().ok(authRoutes.forgotPassword, { email })
    const token = await linkToken(server, email, resetMail)
    const poor = await browser().post(authRoutes.resetPassword, { token, password: 'P@ssw0rd123' })
    expect(poor).toMatchObject(weak)
    expect(await reset(token)).toMatchObject({ status: 200 })
  })

  test('is not set in place of another', async () => {
    const person = await server.person({ name: 'Asha Ramanathan' })
    const body = { present: person.password, password: 'ramanathan1' }
    await expect(server.api(securityRoutes.changePassword, { body }, person)).rejects.toMatchObject(weak)
    await passwordLogin(browser(), person)
  })
})
