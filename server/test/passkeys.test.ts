/** Passkeys: made, used as a second step and alone, renamed, removed; forged and copied ones refused. */
import { authRoutes } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './harness-browser.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { auditOf, growStale, mailsTo, passwordStep, requireLogin } from './sign-in.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const browser = () => new Browser(server.url)

async function addPasskey(person: Person, key = new SoftwareAuthenticator(server.url), name = 'My phone') {
  const { step, options } = await server.api(securityRoutes.beginPasskey, { body: {} }, person)
  const body = { step, name, response: key.create(options) }
  return { key, ...(await server.api(securityRoutes.addPasskey, { body }, person)) }
}

const rename = (person: Person, id: string, name: string) =>
  server.api(securityRoutes.renamePasskey, { params: { id }, body: { name } }, person)

async function passkeyLogin(key: SoftwareAuthenticator) {
  const page = browser()
  const { step, options } = await page.ok(authRoutes.passkeyOptions, {})
  return page.post(authRoutes.passkeyLogin, { step, response: key.get(options) })
}

describe('a passkey', () => {
  test('is added by name, told, written down, and brings recovery codes', async () => {
    const person = await server.person()
    const { passkey, recoveryCodes } = await addPasskey(person)
    expect(passkey).toMatchObject({ name: 'My phone', usedAt: null })
    expect(recoveryCodes).toHaveLength(10)
    const { passkeys } = await server.api(securityRoutes.security, {}, person)
    expect(passkeys).toEqual([passkey])
    expect(await auditOf(server, person.userId)).toEqual(['passkey.added'])
    const [mail] = await mailsTo(server, person.email, 'Passkey added')
    expect(mail?.body_text).toContain('Remove it on the security page')
  })

  test('signs in alone, without email and password', async () => {
    const person = await server.person()
    const { key } = await addPasskey(person)
    expect(await passkeyLogin(key)).toMatchObject({ status: 200, body: { user: { id: person.userId } } })
    const { passkeys } = await server.api(securityRoutes.security, {}, person)
    expect(passkeys[0]!.usedAt).not.toBeNull()
  })

  test('alone counts as a second factor', async () => {
    const admin = await server.person({ roles: ['admin'], secondFactor: false })
    const { key } = await addPasskey(admin)
    const answer = await passkeyLogin(key)
    const login = await server.db
      .selectFrom('login')
      .select('second_factor_at')
      .where('account_id', '=', admin.userId)
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow()
    expect(answer.status).toBe(200)
    expect(login.second_factor_at).not.toBeNull()
  })

  test('does not sign in alone when it did not check who holds it', async () => {
    const { key } = await addPasskey(await server.person())
    key.verifies = false
    expect(await passkeyLogin(key)).toMatchObject({ status: 401, code: 'wrong-credentials' })
  })

  test('is the second step after a password, whether it checks its holder or not', async () => {
    const person = await server.person()
    const { key } = await addPasskey(person)
    key.verifies = false
    const page = browser()
    const asked = await passwordStep(page, person)
    expect(asked.ways).toEqual(['passkey', 'recovery'])
    const proof = { way: 'passkey', response: key.get(asked.passkey!) }
    const login = requireLogin(await page.ok(authRoutes.loginStep, { step: asked.step, proof }))
    expect(login.user.id).toBe(person.userId)
  })

  test('of somebody else is no second step', async () => {
    const [person, other] = [await server.person(), await server.person()]
    await addPasskey(person)
    const { key } = await addPasskey(other)
    const asked = await passwordStep(browser(), person)
    const proof = { way: 'passkey', response: key.get(asked.passkey!) }
    expect(await browser().post(authRoutes.loginStep, { step: asked.step, proof })).toMatchObject({
      code: 'wrong-credentials',
    })
  })

  test('can be several, of which each is removed by itself', async () => {
    const person = await server.person()
    const [phone, laptop] = [await addPasskey(person), await addPasskey(person, undefined, 'My laptop')]
    await server.api(securityRoutes.removePasskey, { params: { id: phone.passkey.id } }, person)
    expect(await passkeyLogin(phone.key)).toMatchObject({ code: 'wrong-credentials' })
    expect(await passkeyLogin(laptop.key)).toMatchObject({ status: 200 })
    expect(await auditOf(server, person.userId)).toContain('passkey.removed')
  })

  test('is given another name by whose it is', async () => {
    const person = await server.person()
    const { key, passkey } = await addPasskey(person)
    const renamed = await rename(person, passkey.id, '  My old phone ')
    expect(renamed).toEqual({ ...passkey, name: 'My old phone' })
    const { passkeys } = await server.api(securityRoutes.security, {}, person)
    expect(passkeys).toEqual([renamed])
    expect(await passkeyLogin(key)).toMatchObject({ status: 200 })
  })

  test.each([
    ['no name', ' '],
    ['a name of more than 60 characters', 'n'.repeat(61)],
  ])('is not given %s', async (_, name) => {
    const person = await server.person()
    const { passkey } = await addPasskey(person)
    await expect(rename(person, passkey.id, name)).rejects.toMatchObject({ code: 'bad-input' })
    const { passkeys } = await server.api(securityRoutes.security, {}, person)
    expect(passkeys).toEqual([passkey])
  })

  test('of somebody else keeps its name', async () => {
    const [owner, other] = [await server.person(), await server.person()]
    const { passkey } = await addPasskey(owner)
    await expect(rename(other, passkey.id, 'Mine')).rejects.toMatchObject({ code: 'not-found' })
    expect((await server.api(securityRoutes.security, {}, owner)).passkeys).toEqual([passkey])
  })

  test('renews the proof of somebody who is signed in', async () => {
    const person = await server.person()
    const { key, passkey } = await addPasskey(person)
    await growStale(server, person)
    const remove = () => server.api(securityRoutes.removePasskey, { params: { id: passkey.id } }, person)
    await expect(remove()).rejects.toMatchObject({ code: 'confirm-needed' })
    const asked = await server.api(securityRoutes.askConfirm, { body: {} }, person)
    const proof = { way: 'passkey' as const, response: key.get(asked.passkey!) }
    await server.api(securityRoutes.confirm, { body: { step: asked.step, proof } }, person)
    await remove()
  })
})

describe('refuses a passkey', () => {
  test('that another site asked for', async () => {
    const { key } = await addPasskey(await server.person())
    key.origin = 'https://peerlearn.evil.example'
    expect(await passkeyLogin(key)).toMatchObject({ code: 'wrong-credentials' })
  })

  test('whose counter went back: it was copied', async () => {
    const { key } = await addPasskey(await server.person())
    key.counter = 40
    expect(await passkeyLogin(key)).toMatchObject({ status: 200 })
    key.counter = 12
    expect(await passkeyLogin(key)).toMatchObject({ code: 'wrong-credentials' })
  })

  test('whose answer is played again', async () => {
    const { key } = await addPasskey(await server.person())
    const { step, options } = await browser().ok(authRoutes.passkeyOptions, {})
    const response = key.get(options)
    expect(await browser().post(authRoutes.passkeyLogin, { step, response })).toMatchObject({ status: 200 })
    expect(await browser().post(authRoutes.passkeyLogin, { step, response })).toMatchObject({
      code: 'step-over',
    })
    const other = await browser().ok(authRoutes.passkeyOptions, {})
    expect(await browser().post(authRoutes.passkeyLogin, { step: other.step, response })).toMatchObject({
      code: 'wrong-credentials',
    })
  })

  test('that is known already, here or to another account', async () => {
    const [person, other] = [await server.person(), await server.person()]
    const { key } = await addPasskey(person)
    await expect(addPasskey(other, key)).rejects.toMatchObject({ code: 'factor-exists' })
  })

  test('that somebody else began to make', async () => {
    const [person, other] = [await server.person(), await server.person()]
    const { step, options } = await server.api(securityRoutes.beginPasskey, { body: {} }, person)
    const body = { step, name: 'Mine', response: new SoftwareAuthenticator(server.url).create(options) }
    await expect(server.api(securityRoutes.addPasskey, { body }, other)).rejects.toMatchObject({
      code: 'step-over',
    })
  })
})
