/** Registering, and signing in with a password. */
import type * as Argon2 from '@node-rs/argon2'
import { authRoutes } from '@peerlearn/contract/auth'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { startServer, type TestServer } from './harness.ts'
import { Browser } from './harness-browser.ts'
import { newcomer, passwordLogin, register } from './sign-in.ts'

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
const registered = () => register(browser())

describe('registering', () => {
  test('makes the account and signs in', async () => {
    const page = browser()
    const answer = await page.ok(authRoutes.register, { ...newcomer(), email: 'Asha@PeerLearn.Test' })
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
    const again = await browser().post(authRoutes.register, { ...newcomer(), email: email.toUpperCase() })
    expect(again).toMatchObject({ status: 409, code: 'email-taken', details: { email: someText } })
  })

  test('makes nobody an admin', async () => {
    const answer = await browser().post(authRoutes.register, { ...newcomer(), roles: ['admin'] })
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
