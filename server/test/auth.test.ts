import type * as Argon2 from '@node-rs/argon2'
import { authRoutes } from '@peerlearn/contract/auth'
import { userRoutes } from '@peerlearn/contract/users'
import { closeCode } from '@peerlearn/contract/channel'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { startServer, type TestServer } from './harness.ts'
import { Browser } from './harness-browser.ts'
import { passwordLogin } from './sign-in.ts'

/** The hashes that passwords were checked against. The library itself is the real one. */
const checked = vi.hoisted((): string[] => [])
vi.mock('@node-rs/argon2', async (original) => {
  const argon2 = await original<typeof Argon2>()
  const verify = (hashed: string, password: string) => {
    checked.push(hashed)
    return argon2.verify(hashed, password)
  }
  return { ...argon2, verify }
})

let server: TestServer
const someText: unknown = expect.any(String)
beforeAll(async () => {
  server = await startServer()
})

const browser = () => new Browser(server.url)
let people = 0
const somebody = () => ({
  email: `person${++people}@peerlearn.test`,
  password: 'correct horse battery',
  name: 'Asha',
})
const registered = async () => {
  const person = somebody()
  const page = browser()
  const { user, accessToken } = await page.ok(authRoutes.register, person)
  return { ...person, page, userId: user.id, token: accessToken }
}

describe('registering', () => {
  test('makes the account and signs in', async () => {
    const page = browser()
    const answer = await page.ok(authRoutes.register, { ...somebody(), email: 'Asha@PeerLearn.Test' })
    expect(answer.user).toMatchObject({
      email: 'asha@peerlearn.test',
      roles: ['learner'],
      skills: [],
      bio: '',
    })
    expect(await server.api(userRoutes.me, {}, { token: answer.accessToken })).toEqual(answer.user)
  })

  test('refuses an email that somebody has, in whatever case', async () => {
    const { email } = await registered()
    const again = await browser().post(authRoutes.register, { ...somebody(), email: email.toUpperCase() })
    expect(again).toMatchObject({ status: 409, code: 'email-taken', details: { email: someText } })
  })

  test('makes nobody an admin', async () => {
    const answer = await browser().post(authRoutes.register, { ...somebody(), roles: ['admin'] })
    expect(answer).toMatchObject({ status: 400, code: 'bad-input', details: { '(input)': someText } })
  })

  test('keeps no password that can be read', async () => {
    const { userId } = await registered()
    const { password_hash } = await server.db
      .selectFrom('account')
      .select('password_hash')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow()
    expect(password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })
})

describe('signing in', () => {
  test('takes the right password', async () => {
    const { email, password, userId } = await registered()
    expect((await passwordLogin(browser(), { email, password })).user.id).toBe(userId)
  })

  test('answers a wrong password and an unknown email alike', async () => {
    const { email } = await registered()
    const wrong = await browser().post(authRoutes.login, { email, password: 'not my password' })
    const unknown = await browser().post(authRoutes.login, {
      email: 'nobody@peerlearn.test',
      password: 'not my password',
    })
    expect(wrong).toMatchObject({ status: 401, code: 'wrong-credentials' })
    expect({ ...unknown }).toEqual({ ...wrong })
  })

  test('does the same work for an unknown email', async () => {
    const { email } = await registered()
    const workFor = async (who: string) => {
      checked.length = 0
      await browser().post(authRoutes.login, { email: who, password: 'not my password' })
      return checked.map((hashed) => hashed.split('$').slice(1, 4))
    }
    const known = await workFor(email)
    expect(known).toHaveLength(1)
    expect(await workFor('nobody-at-all@peerlearn.test')).toEqual(known)
  })

  test('lets nobody guess on, but the owner in from a known device', async () => {
    const { email, password, page } = await registered()
    const stranger = browser()
    const guess = () => stranger.post(authRoutes.login, { email, password: 'a guess' })
    const answers = [await guess(), await guess(), await guess(), await guess(), await guess()]
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
    const refused = await guess()
    expect(refused).toMatchObject({ status: 429, code: 'too-many-requests' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await stranger.post(authRoutes.login, { email, password })).toMatchObject({ status: 429 })
    expect(await page.post(authRoutes.login, { email, password })).toMatchObject({ status: 200 })
  })

  test('is not limited for an owner who signs in again and again', async () => {
    const { email, password } = await registered()
    for (let i = 0; i < 8; i++)
      expect(await browser().post(authRoutes.login, { email, password })).toMatchObject({ status: 200 })
  })
})

describe('the refresh cookie', () => {
  test('is out of reach of scripts and other sites, and sent to sign-in routes alone', async () => {
    const { page } = await registered()
    expect(page.attributes('refresh')).toEqual(
      expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/api/auth']),
    )
    expect(page.cookie('refresh')).toMatch(/^[0-9a-f-]{36}\.[\w-]{43}$/)
  })

  test('is Secure in production', async () => {
    const strong = (seed: string) => seed.repeat(20).slice(0, 40)
    const production = await startServer({
      env: {
        NODE_ENV: 'production',
        PUBLIC_URL: 'https://learn.example.org',
        AUTH_SECRET: strong('a1B'),
        SFU_SECRET: strong('c2D'),
        TURN_SECRET: strong('e3F'),
        RAZORPAY_KEY_ID: 'rzp_live_1',
        RAZORPAY_KEY_SECRET: strong('g4H'),
        RAZORPAY_WEBHOOK_SECRET: strong('i5J'),
        SMTP_URL: 'smtp://mail.example.org',
        MAIL_FROM: 'PeerLearn <hello@learn.example.org>',
      },
    })
    const page = new Browser(production.url)
    await page.ok(authRoutes.register, somebody())
    expect(page.attributes('refresh')).toContain('Secure')
  })

  test('is replaced with every use, and only its hash is kept', async () => {
    const { page } = await registered()
    const first = page.cookie('refresh')!
    const { user, accessToken } = await page.ok(authRoutes.refresh, {})
    expect(page.cookie('refresh')).not.toBe(first)
    expect(await server.api(userRoutes.me, {}, { token: accessToken })).toEqual(user)
    const { rows } = await server.db
      .selectFrom('login')
      .select(['token_hash', 'previous_hash'])
      .execute()
      .then((all) => ({ rows: JSON.stringify(all) }))
    expect(rows).not.toContain(first.split('.')[1])
  })

  test('gives two tabs that refresh at once the same successor', async () => {
    const { page } = await registered()
    const other = page.copy()
    await Promise.all([page.ok(authRoutes.refresh, {}), other.ok(authRoutes.refresh, {})])
    expect(other.cookie('refresh')).toBe(page.cookie('refresh'))
    await page.ok(authRoutes.refresh, {})
  })

  test('used again later ends the login of the thief and of the owner', async () => {
    const { page, userId, token } = await registered()
    const thief = page.copy()
    await page.ok(authRoutes.refresh, {})
    await server.db
      .updateTable('login')
      .set({ rotated_at: new Date(Date.now() - 6_000) })
      .where('account_id', '=', userId)
      .execute()
    expect(await thief.post(authRoutes.refresh, {})).toMatchObject({ status: 401, code: 'signed-out' })
    expect(await page.post(authRoutes.refresh, {})).toMatchObject({ status: 401, code: 'signed-out' })
    await expect(server.api(userRoutes.me, {}, { token })).rejects.toMatchObject({ code: 'signed-out' })
  })

  test('of two uses before ends the login, too', async () => {
    const { page } = await registered()
    const thief = page.copy()
    await page.ok(authRoutes.refresh, {})
    await page.ok(authRoutes.refresh, {})
    expect(await thief.post(authRoutes.refresh, {})).toMatchObject({ code: 'signed-out' })
    expect(await page.post(authRoutes.refresh, {})).toMatchObject({ code: 'signed-out' })
  })

  test('is worth nothing after thirty days', async () => {
    const { page, userId } = await registered()
    await server.db
      .updateTable('login')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('account_id', '=', userId)
      .execute()
    expect(await page.post(authRoutes.refresh, {})).toMatchObject({ code: 'signed-out' })
  })

  test('cannot be used by a page of somebody else', async () => {
    const { page } = await registered()
    page.origin = 'https://evil.example'
    expect(await page.post(authRoutes.refresh, {})).toMatchObject({ status: 403, code: 'origin-refused' })
    expect(await page.post(authRoutes.logout, {})).toMatchObject({ status: 403, code: 'origin-refused' })
  })
})

describe('signing out', () => {
  test('ends the token, the cookie and the open sockets, and those of this login alone', async () => {
    const { page, token, email, password } = await registered()
    const elsewhere = await passwordLogin(browser(), { email, password })
    const [here, there] = [
      await server.connect({ token }),
      await server.connect({ token: elsewhere.accessToken }),
    ]
    await page.ok(authRoutes.logout, {})
    expect(await here.closed).toEqual({ code: closeCode.signedOut, reason: 'signed-out' })
    await expect(server.api(userRoutes.me, {}, { token })).rejects.toMatchObject({ code: 'signed-out' })
    expect(page.cookie('refresh')).toBeUndefined()
    expect(await there.ask('admin.unwatch', {})).toMatchObject({ error: { code: 'forbidden' } })
  })

  test('twice is harmless', async () => {
    const { page } = await registered()
    await page.ok(authRoutes.logout, {})
    expect(await page.post(authRoutes.logout, {})).toMatchObject({ status: 200 })
  })

  test('closes the sockets within five seconds even if the bus lost the news', async () => {
    const person = await server.person()
    const socket = await server.connect(person)
    const ended = performance.now()
    await server.db
      .updateTable('login')
      .set({ ended_at: new Date() })
      .where('id', '=', person.loginId)
      .execute()
    expect(await socket.closed).toMatchObject({ code: closeCode.signedOut })
    expect(performance.now() - ended).toBeLessThan(5_000)
  })
})
