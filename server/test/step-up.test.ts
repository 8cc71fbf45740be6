/** Proving again who one is, in a login that lives; and what admins need before anything else. */
import { adminRoutes } from '@peerlearn/contract/admin'
import { authRoutes } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TestServer } from './harness.ts'
import {
  auditOf,
  growStale,
  mailsTo,
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

const overview = adminRoutes.overview

describe('proving again', () => {
  test('is asked before a factor changes, when the last proof is old', async () => {
    const person = await protectedPerson()
    await growStale(server, person)
    const remove = () => server.api(securityRoutes.removeApp, {}, person)
    await expect(remove()).rejects.toMatchObject({ status: 403, code: 'confirm-needed' })
    const { step, ways } = await server.api(securityRoutes.askConfirm, { body: {} }, person)
    expect(ways).toEqual(['code', 'recovery'])
    await server.api(securityRoutes.confirm, { body: { step, proof: code(person.secret) } }, person)
    await remove()
  })

  test('takes the password where there is no second factor, and only there', async () => {
    const person = await server.person()
    await growStale(server, person)
    await expect(server.api(securityRoutes.beginApp, { body: {} }, person)).rejects.toMatchObject({
      code: 'confirm-needed',
    })
    const { step, ways } = await server.api(securityRoutes.askConfirm, { body: {} }, person)
    expect(ways).toEqual(['password'])
    const prove = (password: string) =>
      server.api(securityRoutes.confirm, { body: { step, proof: { way: 'password', password } } }, person)
    await expect(prove('a guess')).rejects.toMatchObject({ code: 'wrong-credentials' })
    await prove(person.password)
    const { secret } = await server.api(securityRoutes.beginApp, { body: {} }, person)
    await server.api(securityRoutes.finishApp, { body: { code: clock.nextCode(secret) } }, person)
    const asked = await server.api(securityRoutes.askConfirm, { body: {} }, person)
    const proof = { way: 'password', password: person.password } as const
    await expect(
      server.api(securityRoutes.confirm, { body: { step: asked.step, proof } }, person),
    ).rejects.toMatchObject({ code: 'wrong-credentials' })
  })

  test('with a recovery code uses it up, is told and written down', async () => {
    const person = await protectedPerson()
    const { step } = await server.api(securityRoutes.askConfirm, { body: {} }, person)
    const proof = { way: 'recovery', code: person.recoveryCodes[0]! } as const
    await server.api(securityRoutes.confirm, { body: { step, proof } }, person)
    expect(await security(person.token)).toMatchObject({ recoveryCodes: 9 })
    expect(await auditOf(server, person.userId)).toEqual(['app.added', 'recovery-code.used'])
    expect(await mailsTo(server, person.email, 'Recovery code used')).toHaveLength(1)
  })

  test('of a factor that is gone counts no longer, in any login', async () => {
    const person = await protectedPerson()
    await server.api(securityRoutes.removeApp, {}, person)
    const logins = await server.db
      .selectFrom('login')
      .select('second_factor_at')
      .where('account_id', '=', person.userId)
      .execute()
    expect(new Set(logins.map((login) => login.second_factor_at))).toEqual(new Set([null]))
  })

  test('in one login says nothing of another', async () => {
    const person = await protectedPerson()
    const elsewhere = browser()
    const asked = await passwordStep(elsewhere, person)
    const given = { step: asked.step, proof: code(person.secret) }
    const { accessToken } = requireLogin(await elsewhere.ok(authRoutes.loginStep, given))
    const { step } = await server.api(securityRoutes.askConfirm, { body: {} }, { token: accessToken })
    await expect(
      server.api(securityRoutes.confirm, { body: { step, proof: code(person.secret) } }, person),
    ).rejects.toMatchObject({ code: 'step-over' })
  })
})

describe('an admin', () => {
  test('works with a login that proved a second factor, and with no other', async () => {
    const admin = await server.person({ roles: ['admin'], secondFactor: false })
    await expect(server.api(overview, {}, admin)).rejects.toMatchObject({ code: 'second-factor-needed' })
    const person = await withApp(server, clock, admin)
    await server.api(overview, {}, person)
    const page = browser()
    const { step } = await passwordStep(page, person)
    const login = requireLogin(await page.ok(authRoutes.loginStep, { step, proof: code(person.secret) }))
    await server.api(overview, {}, { token: login.accessToken })
  })

  test('keeps one second factor', async () => {
    const person = await withApp(server, clock, await server.person({ roles: ['admin'] }))
    expect(await security(person.token)).toMatchObject({ factorRequired: true })
    await expect(server.api(securityRoutes.removeApp, {}, person)).rejects.toMatchObject({
      status: 409,
      code: 'last-factor',
    })
    expect(await security(person.token)).toMatchObject({ app: true })
  })
})
