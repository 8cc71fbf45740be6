/** Whoever reads an address’s mail owns its account: what was set up by somebody else before opens nothing. */
import { authRoutes } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, expect, test } from 'vitest'
import { Browser } from './harness-browser.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { Clock, linkToken, mailsTo, passwordLogin, withApp } from './sign-in.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'

let server: TestServer
const clock = new Clock()
beforeAll(async () => {
  server = await startServer({
    now: clock.now,
    // Nobody visits it here.
    env: {
      OIDC_CAMPUS_ISSUER: 'http://localhost:9',
      OIDC_CAMPUS_CLIENT_ID: 'peerlearn',
      OIDC_CAMPUS_CLIENT_SECRET: 'a secret of the campus',
    },
  })
})

const browser = () => new Browser(server.url)
const linkRoute = {
  ...authRoutes.oidcStart,
  path: authRoutes.oidcStart.path.replace(':provider', 'campus'),
}
const waysIn = ['passkey', 'totp', 'recovery_code', 'oidc_identity'] as const
const setAddress = ({ userId }: Person, change: { email?: string; email_verified_at?: null }) =>
  server.db.updateTable('account').set(change).where('id', '=', userId).execute()

/** Somebody with a way in of each kind. */
async function withEverything() {
  const person = await withApp(server, clock, await server.person())
  const key = new SoftwareAuthenticator(server.url)
  const { step, options } = await server.api(securityRoutes.beginPasskey, { body: {} }, person)
  const body = { step, name: 'My phone', response: key.create(options) }
  await server.api(securityRoutes.addPasskey, { body }, person)
  const identity = { issuer: 'http://localhost:9', subject: person.userId, email: person.email }
  await server.db
    .insertInto('oidc_identity')
    .values({ ...identity, account_id: person.userId })
    .execute()
  return { ...person, key }
}

async function setNewPassword({ email }: Person) {
  await browser().ok(authRoutes.forgotPassword, { email })
  const token = await linkToken(server, email, 'Set a new password')
  return browser().post(authRoutes.resetPassword, { token, password: 'a new horse battery' })
}

async function waysOf({ userId }: Person): Promise<string[]> {
  const found = []
  for (const table of waysIn) {
    const row = await server.db
      .selectFrom(table)
      .select('account_id')
      .where('account_id', '=', userId)
      .executeTakeFirst()
    if (row) found.push(table)
  }
  return found
}

test('an account whose address is not proved gets no passkey, no app and no provider', async () => {
  const person = { email: 'victim@peerlearn.test', password: 'correct horse battery', name: 'Mallory' }
  const page = browser()
  page.bearer = (await page.ok(authRoutes.register, person)).accessToken
  const refused = { status: 403, code: 'email-unverified' }
  expect(await page.post(securityRoutes.beginPasskey, {})).toMatchObject(refused)
  expect(await page.post(securityRoutes.beginApp, {})).toMatchObject(refused)
  expect(await page.post(securityRoutes.link, { link: 'A'.repeat(43) })).toMatchObject(refused)
  expect(await page.post(linkRoute, { purpose: 'link' })).toMatchObject(refused)
})

test('the first proof by a new password removes every other way in that was set up before', async () => {
  const person = await withEverything()
  await setAddress(person, { email_verified_at: null })
  expect(await setNewPassword(person)).toMatchObject({ status: 200 })
  expect(await waysOf(person)).toEqual([])
  const page = browser()
  const { step, options } = await page.ok(authRoutes.passkeyOptions, {})
  const response = person.key.get(options)
  expect(await page.post(authRoutes.passkeyLogin, { step, response })).toMatchObject({ status: 401 })
  const login = await passwordLogin(browser(), { email: person.email, password: 'a new horse battery' })
  expect(login.user).toMatchObject({ id: person.userId, verified: true })
})

test('a new password leaves the ways in of an address that was proved before', async () => {
  const person = await withEverything()
  expect(await setNewPassword(person)).toMatchObject({ status: 200 })
  expect(await waysOf(person)).toEqual([...waysIn])
})

test('a link to a new password that went to an address of before sets none, and says so', async () => {
  const person = await server.person()
  await browser().ok(authRoutes.forgotPassword, { email: person.email })
  const token = await linkToken(server, person.email, 'Set a new password')
  const email = `moved-${person.userId}@peerlearn.test`
  await setAddress(person, { email })
  const body = { token, password: 'a new horse battery' }
  expect(await browser().post(authRoutes.resetPassword, body)).toMatchObject({
    status: 409,
    code: 'link-over',
  })
  expect(await server.api(userRoutes.me, {}, person)).toMatchObject({ email })
  await passwordLogin(browser(), { email, password: person.password })
})

test('nobody asks for one address after another to learn who has an account: five an hour', async () => {
  const [person, other] = [await server.person(), await server.person()]
  const ask = () => server.api(securityRoutes.changeEmail, { body: { email: other.email } }, person)
  for (let n = 0; n < 5; n++) await expect(ask()).rejects.toMatchObject({ code: 'email-taken' })
  await expect(ask()).rejects.toMatchObject({ status: 429 })
  expect(await mailsTo(server, other.email, 'Confirm your new address')).toEqual([])
})
