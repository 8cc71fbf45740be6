/** Signing in and the security page, as people use them: with a virtual authenticator, an app, mails, another provider. */
import type { Db } from '@peerlearn/server/db'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientId, newIdentityProvider, type IdentityProvider } from '../../server/test/identity-provider.ts'
import {
  confirmAddress,
  databaseOf,
  mailedPath,
  newcomer,
  setUpApp,
  signOut,
  withAuthenticator,
} from './newcomer.ts'
import { newPerson, signIn } from './person.ts'
import { openProduct } from './open-product.ts'
import { freePort, type Product } from './product.ts'

let product: Product
let browser: Browser
let provider: IdentityProvider
let db: Db

beforeAll(async () => {
  provider = newIdentityProvider('client_secret_basic', await freePort())
  const env = {
    OIDC_CAMPUS_ISSUER: provider.issuer,
    OIDC_CAMPUS_CLIENT_ID: clientId,
    OIDC_CAMPUS_CLIENT_SECRET: provider.clientSecret,
    OIDC_CAMPUS_LABEL: 'Campus',
  }
  ;({ product, browser } = await openProduct(env))
  provider.open(product.url)
  db = databaseOf(product)
})

afterAll(async () => {
  await db?.destroy()
  await provider?.close()
})

it('confirms an address by the mailed link, and says until then that it is not', async () => {
  const { page, account, problems, leave } = await newcomer(browser, product)
  await page.getByText('Confirm your address').waitFor()
  await page.getByRole('button', { name: 'Send again' }).click()
  await page.getByText(`Mailed again to ${account.email}.`).waitFor()
  await page.goto('/security')
  await page.getByRole('button', { name: 'Set up an app' }).click()
  await page.getByText('Please prove your email first').waitFor()
  const path = await mailedPath(db, account.email, 'Confirm your address')
  await page.goto(path)
  await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
  expect(new URL(page.url()).hash).toBe('')
  await page.getByRole('link', { name: 'Find a session' }).click()
  await page.waitForURL('**/sessions')
  expect(await page.getByText('Confirm your address').count()).toBe(0)
  await page.goto(path)
  await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
  expect(problems.filter((problem) => !/403|409/.test(problem))).toEqual([])
  await leave()
})

it('sets a forgotten password by a mailed link', async () => {
  const { page, account, problems, leave } = await newcomer(browser, product)
  await signOut(page)
  await page.goto('/login')
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('Email').fill(account.email)
  await page.getByRole('button', { name: 'Mail me a link' }).click()
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor()
  await page.goto(await mailedPath(db, account.email, 'Set a new password'))
  await page.getByLabel('New password', { exact: true }).fill('three other words')
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.waitForURL('**/login')
  await signIn({ page, problems, leave }, { ...account, password: 'three other words' })
  expect(problems).toEqual([])
  await leave()
})

it('adds a passkey on the security page, signs in with it alone, and gives it another name', async () => {
  const person = await newcomer(browser, product)
  const { page, problems } = person
  await confirmAddress(db, person)
  await withAuthenticator(person)
  await page.goto('/security')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByLabel('Name').fill('My phone')
  await page.getByRole('button', { name: 'Make passkey' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  await page.getByText('not used yet').waitFor()
  await signOut(page)
  await page.goto('/login')
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.waitForURL('**/sessions')
  await page.goto('/security')
  await page.getByText(/used (now|\d+ \w+ ago)/).waitFor()
  await page.getByRole('button', { name: 'Rename My phone' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('My old phone')
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await page.getByText('“My old phone” from now on').waitFor()
  await page.getByRole('button', { name: 'Remove My old phone' }).click()
  await page.getByRole('button', { name: 'Remove passkey' }).click()
  await page.getByText('“My old phone” is removed.').waitFor()
  expect(problems).toEqual([])
  await person.leave()
})

it('asks for the app’s code after the password, or for a recovery code', async () => {
  const person = await newcomer(browser, product)
  const { page, account, problems, leave } = person
  await confirmAddress(db, person)
  const { recoveryCodes, close } = await setUpApp(page)
  expect(recoveryCodes).toHaveLength(10)
  await close()
  await page.getByText('10 of 10 codes are left.').waitFor()
  await signOut(page)
  await page.goto('/login')
  await page.getByLabel('Email').fill(account.email)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
  await page.getByLabel('Code').fill('000000')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText(/Not right, or used already/).waitFor()
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await page.getByLabel('Recovery code').fill(recoveryCodes[3]!.toLowerCase())
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL('**/sessions')
  await page.goto('/security')
  await page.getByText('9 of 10 codes are left.').waitFor()
  expect(problems.filter((problem) => !/401/.test(problem))).toEqual([])
  await leave()
})

it('asks who it is again before something that matters, and then does it by itself', async () => {
  const person = await newcomer(browser, product)
  const { page, account, problems, leave } = person
  await confirmAddress(db, person)
  const hourAgo = new Date(Date.now() - 3_600_000)
  const { id } = await db
    .selectFrom('account')
    .select('id')
    .where('email', '=', account.email)
    .executeTakeFirstOrThrow()
  await page.goto('/security')
  await page.getByRole('button', { name: 'Set up an app' }).waitFor()
  await db.updateTable('login').set({ proved_at: hourAgo }).where('account_id', '=', id).execute()
  await page.getByRole('button', { name: 'Set up an app' }).click()
  const dialog = page.getByRole('dialog', { name: 'Confirm it’s you' })
  await dialog.getByLabel('Password', { exact: true }).fill(account.password)
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('dialog', { name: 'Set up an authenticator app' }).waitFor()
  expect(problems.filter((problem) => !/403/.test(problem))).toEqual([])
  await leave()
})

it('leads a new admin to a second factor, and lets them in once they have one', async () => {
  const { page, account, problems, leave } = await newcomer(browser, product)
  const admin = { roles: ['learner' as const, 'admin' as const], email_verified_at: new Date() }
  await db.updateTable('account').set(admin).where('email', '=', account.email).execute()
  await page.goto('/admin')
  const dialog = page.getByRole('dialog', { name: 'A second factor is needed' })
  await dialog.getByRole('button', { name: 'Set it up' }).click()
  await page.waitForURL('**/security#second-factor')
  await page.getByText('An admin needs a second factor').waitFor()
  const { close } = await setUpApp(page)
  await close()
  await page.goto('/admin')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(problems.filter((problem) => !/403/.test(problem))).toEqual([])
  await leave()
})

it('shows where one is signed in, and signs the other device out', async () => {
  const { page, account, problems, leave } = await newcomer(browser, product)
  const other = await newPerson(browser, product.url)
  await signIn(other, account)
  await page.goto('/security')
  await page.getByText('This device').waitFor()
  await page.getByRole('button', { name: /^Sign out Chrome on Linux, seen/ }).click()
  await page.getByText('Chrome on Linux is signed out.').waitFor()
  await other.page.getByRole('link', { name: 'Sign in' }).first().waitFor()
  expect(problems).toEqual([])
  await Promise.all([leave(), other.leave()])
})

/** From our sign-in page through the provider's own two: who one is, and a yes. */
async function visitProvider(page: Page, login: string): Promise<void> {
  await page.goto('/login?next=/security')
  await page.getByRole('button', { name: 'Continue with Campus' }).click()
  await page.getByPlaceholder('Enter any login').fill(login)
  await page.getByPlaceholder('and password').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

it('signs in at another provider, and links one to an account that was there before', async () => {
  const first = await newPerson(browser, product.url)
  const { page } = first
  provider.people.set('meera', { email: 'meera@campus.test', email_verified: true, name: 'Meera Iyer' })
  await visitProvider(page, 'meera')
  await page.waitForURL('**/security')
  await page.getByText('Linked: meera@campus.test').waitFor()
  expect(page.url()).not.toContain('code=')
  await first.leave()

  const [learner] = product.demo.learners
  provider.people.set('asha', { email: learner.email, email_verified: true, name: 'Asha' })
  const second = await newPerson(browser, product.url)
  await visitProvider(second.page, 'asha')
  await second.page.getByText('You have an account already').waitFor()
  await second.page.getByLabel('Password', { exact: true }).fill(learner.password)
  await second.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await second.page.getByText('Campus is linked with your account.').waitFor()
  // The provider's own pages load what they like.
  const problems = [...first.problems, ...second.problems]
  expect(problems.filter((problem) => problem.includes(product.url))).toEqual([])
  await second.leave()
})
