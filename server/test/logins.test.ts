/** How a login goes on, and ends: the cookie that renews its token, and signing out. */
import { authRoutes } from '@peerlearn/contract/auth'
import { closeCode } from '@peerlearn/contract/channel'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from './harness.ts'
import { Browser } from './harness-browser.ts'
import { passwordLogin, register } from './sign-in.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const browser = () => new Browser(server.url)
const registered = () => register(browser())

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
    const { page } = await register(new Browser(production.url))
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
