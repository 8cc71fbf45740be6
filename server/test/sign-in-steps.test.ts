/** The second step of a sign-in, the authenticator app, recovery codes. */
import { authRoutes } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { presentCode } from '../src/auth/totp.ts'
import { Browser } from './harness-browser.ts'
import { eventually, startServer, type TestServer } from './harness.ts'
import {
  auditOf,
  mailsTo,
  passwordLogin,
  passwordStep,
  requireLogin,
  withApp,
  openSignIn,
  type SignInDesk,
} from './sign-in.ts'

let server: TestServer
let clock: SignInDesk['clock'], browser: SignInDesk['browser'], code: SignInDesk['code']
let protectedPerson: SignInDesk['protectedPerson'], security: SignInDesk['security']
beforeAll(async () => {
  ;({ server, clock, browser, code, protectedPerson, security } = await openSignIn())
})

describe('an authenticator app', () => {
  test('counts only once a code of it was given', async () => {
    const person = await server.person()
    await server.api(securityRoutes.beginApp, { body: {} }, person)
    expect(await security(person.token)).toMatchObject({ app: false, recoveryCodes: 0 })
    await passwordLogin(browser(), person)
    const wrong = server.api(securityRoutes.finishApp, { body: { code: '000000' } }, person)
    await expect(wrong).rejects.toMatchObject({ code: 'wrong-credentials' })
    expect(await security(person.token)).toMatchObject({ app: false })
  })

  test('is asked for after the password from then on', async () => {
    const person = await protectedPerson()
    const page = browser()
    const asked = await passwordStep(page, person)
    expect(asked).toMatchObject({ ways: ['code', 'recovery'], passkey: null })
    expect(page.cookie('refresh')).toBeUndefined()
    const given = { step: asked.step, proof: code(person.secret) }
    const login = requireLogin(await page.ok(authRoutes.loginStep, given))
    expect(login.user.id).toBe(person.userId)
    expect(page.cookie('refresh')).toBeDefined()
  })

  test('shows codes that work once', async () => {
    const person = await protectedPerson()
    const proof = code(person.secret)
    const first = await passwordStep(browser(), person)
    await browser().ok(authRoutes.loginStep, { step: first.step, proof })
    const second = await passwordStep(browser(), person)
    const again = await browser().post(authRoutes.loginStep, { step: second.step, proof })
    expect(again).toMatchObject({ status: 401, code: 'wrong-credentials' })
  })

  test('may be half a minute wrong, and no more', async () => {
    const person = await protectedPerson()
    clock.nextCode(person.secret)
    clock.nextCode(person.secret)
    const at = (seconds: number) =>
      presentCode(person.secret, new Date(clock.now().getTime() + seconds * 1000))
    const { step } = await passwordStep(browser(), person)
    const tryCode = (given: string) =>
      browser().post(authRoutes.loginStep, { step, proof: { way: 'code', code: given } })
    expect(await tryCode(at(90))).toMatchObject({ code: 'wrong-credentials' })
    expect(await tryCode(at(30))).toMatchObject({ status: 200 })
  })

  test('is kept sealed: the database holds no secret that an app could use', async () => {
    const person = await protectedPerson()
    const row = await server.db
      .selectFrom('totp')
      .select('secret')
      .where('account_id', '=', person.userId)
      .executeTakeFirstOrThrow()
    expect(row.secret.toString('latin1')).not.toContain(person.secret)
  })

  test('outlives a change of the server’s secret, and the one before once it was used', async () => {
    const person = await protectedPerson()
    const before = server.config.AUTH_SECRET
    const env = { AUTH_SECRET: 'another-test-of-auth-91c2d3e4' }
    const changing = await startServer({ now: clock.now, env: { ...env, AUTH_SECRET_PREVIOUS: before } })
    const changed = await startServer({ now: clock.now, env })
    for (const { url } of [changing, changed]) {
      const { step } = await passwordStep(new Browser(url), person)
      const proof = code(person.secret)
      expect(await new Browser(url).post(authRoutes.loginStep, { step, proof })).toMatchObject({
        status: 200,
      })
    }
  })

  test('can be removed after a fresh proof, and is told and written down', async () => {
    const person = await protectedPerson()
    await server.api(securityRoutes.removeApp, {}, person)
    await passwordLogin(browser(), person)
    expect(await security(person.token)).toMatchObject({ app: false, recoveryCodes: 0 })
    expect(await auditOf(server, person.userId)).toEqual(['app.added', 'app.removed'])
    await eventually(async () =>
      expect(await mailsTo(server, person.email, 'Authenticator app removed')).toHaveLength(1),
    )
  })
})

describe('the second step', () => {
  test('belongs to its own sign-in: a made-up one, or one that was used, opens nothing', async () => {
    const person = await protectedPerson()
    const { step } = await passwordStep(browser(), person)
    await browser().ok(authRoutes.loginStep, { step, proof: code(person.secret) })
    const used = await browser().post(authRoutes.loginStep, { step, proof: code(person.secret) })
    expect(used).toMatchObject({ status: 409, code: 'step-over' })
    const invented = { step: 'A'.repeat(43), proof: code(person.secret) }
    expect(await browser().post(authRoutes.loginStep, invented)).toMatchObject({ code: 'step-over' })
  })

  test('is over after ten minutes', async () => {
    const person = await protectedPerson()
    const { step } = await passwordStep(browser(), person)
    await server.db
      .updateTable('sign_in_step')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('account_id', '=', person.userId)
      .execute()
    expect(await browser().post(authRoutes.loginStep, { step, proof: code(person.secret) })).toMatchObject({
      code: 'step-over',
    })
  })

  test('is over once another password was set: whoever knew the one before is out half-way, too', async () => {
    const person = await protectedPerson()
    const thief = browser()
    const { step } = await passwordStep(thief, person)
    const body = { present: person.password, password: 'another horse battery' }
    await server.api(securityRoutes.changePassword, { body }, person)
    const given = { step, proof: code(person.secret) }
    expect(await thief.post(authRoutes.loginStep, given)).toMatchObject({ status: 409, code: 'step-over' })
  })

  test('takes no password for an answer', async () => {
    const person = await protectedPerson()
    const { step } = await passwordStep(browser(), person)
    const proof = { way: 'password', password: person.password }
    expect(await browser().post(authRoutes.loginStep, { step, proof })).toMatchObject({
      code: 'wrong-credentials',
    })
  })

  test('lets nobody guess on', async () => {
    const person = await protectedPerson()
    const { step } = await passwordStep(browser(), person)
    const guess = (n: number) =>
      browser().post(authRoutes.loginStep, { step, proof: { way: 'code', code: String(n).padStart(6, '0') } })
    for (let n = 0; n < 5; n++) expect((await guess(n)).status).toBe(401)
    expect(await guess(5)).toMatchObject({ status: 429, code: 'too-many-requests' })
    expect(await browser().post(authRoutes.loginStep, { step, proof: code(person.secret) })).toMatchObject({
      status: 429,
    })
  })
})

describe('recovery codes', () => {
  test('are ten, each good for one sign-in, however it is typed', async () => {
    const person = await protectedPerson()
    expect(new Set(person.recoveryCodes).size).toBe(10)
    const typed = person.recoveryCodes[0]!.toLowerCase().replaceAll('-', ' ')
    const use = async () => {
      const { step } = await passwordStep(browser(), person)
      return browser().post(authRoutes.loginStep, { step, proof: { way: 'recovery', code: typed } })
    }
    expect(await use()).toMatchObject({ status: 200 })
    expect(await use()).toMatchObject({ code: 'wrong-credentials' })
    expect(await security(person.token)).toMatchObject({ recoveryCodes: 9 })
    await eventually(async () =>
      expect(await mailsTo(server, person.email, 'Recovery code used')).toHaveLength(1),
    )
    expect(await auditOf(server, person.userId)).toContain('recovery-code.used')
  })

  test('are shown even when their owner can’t be told of them just now', async () => {
    const person = await server.person()
    await sql`alter table notification rename to notification_away`.execute(server.db)
    try {
      expect((await withApp(server, clock, person)).recoveryCodes).toHaveLength(10)
    } finally {
      await sql`alter table notification_away rename to notification`.execute(server.db)
    }
    expect(await security(person.token)).toMatchObject({ app: true, recoveryCodes: 10 })
  })

  test('of somebody else open nothing', async () => {
    const [person, other] = [await protectedPerson(), await protectedPerson()]
    const { step } = await passwordStep(browser(), person)
    const proof = { way: 'recovery', code: other.recoveryCodes[0] }
    expect(await browser().post(authRoutes.loginStep, { step, proof })).toMatchObject({
      code: 'wrong-credentials',
    })
  })

  test('made anew make those before void, and only hashes are kept', async () => {
    const person = await protectedPerson()
    const { recoveryCodes } = await server.api(securityRoutes.newRecoveryCodes, { body: {} }, person)
    const { step } = await passwordStep(browser(), person)
    const use = (given: string) =>
      browser().post(authRoutes.loginStep, { step, proof: { way: 'recovery', code: given } })
    expect(await use(person.recoveryCodes[1]!)).toMatchObject({ code: 'wrong-credentials' })
    expect(await use(recoveryCodes[1]!)).toMatchObject({ status: 200 })
    const rows = JSON.stringify(await server.db.selectFrom('recovery_code').selectAll().execute())
    for (const each of recoveryCodes) expect(rows).not.toContain(each)
  })
})
