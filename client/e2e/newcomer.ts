/** Somebody new, who registers as people do; the links in their mails, and their second factors. */
import { createDb, type Db } from '@peerlearn/server/db'
import { presentCode } from '@peerlearn/server/totp'
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { newPerson, until, type Person } from './person.ts'
import type { Account, Product } from './product.ts'

/** A setting that this product's server was started with. */
export function settingOf(product: Product, name: string): string {
  const [pid] = product.pids('server/src/main.ts')
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  return environment.find((line) => line.startsWith(`${name}=`))!.slice(name.length + 1)
}

/** The database of this product, for what no page shows: mails, and times gone by. */
export const databaseOf = (product: Product): Db => createDb(settingOf(product, 'DATABASE_URL'), 2)

let count = 0
/** Signed in, with an address that is not confirmed yet. */
export async function newcomer(browser: Browser, { url }: Product) {
  const account = { email: `newcomer${++count}@peerlearn.test`, password: 'three plain words' }
  const person = await newPerson(browser, url)
  const { page } = person
  await page.goto('/register')
  await page.getByLabel('Name').fill('Kavya')
  await page.getByLabel('Email').fill(account.email)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL('**/sessions')
  return { ...person, account }
}

/** Opens the mailed link, as whoever reads the mail does. */
export async function confirmAddress(
  db: Db,
  { page, account: { email } }: { page: Page; account: Account },
): Promise<void> {
  await page.goto(await mailedPath(db, email, 'Confirm your address'))
  await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor()
}

/** The path of the link in the newest mail with this subject. */
export const mailedPath = (db: Db, email: string, subject: string): Promise<string> =>
  until(`the mail “${subject}” to ${email}`, async () => {
    const mail = await db
      .selectFrom('mail')
      .select('body_text')
      .where('recipient', '=', email)
      .where('subject', '=', subject)
      .orderBy('created_at', 'desc')
      .executeTakeFirst()
    return /https?:\/\/[^/\s]+(\/[\w/-]+#[\w-]+)/.exec(mail?.body_text ?? '')?.[1]
  })

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account of' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor()
}

/** A device that checks its holder by itself, as a phone does. */
export async function withAuthenticator({ page }: Person): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}

/** Sets an app up on the security page. @returns its secret and the recovery codes that are shown */
export async function setUpApp(page: Page) {
  await page.goto('/security')
  await page.getByRole('button', { name: 'Set up an app' }).click()
  const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' })
  await dialog.getByRole('img', { name: /secret of your account/ }).waitFor()
  const secret = (await dialog.locator('code').innerText()).replace(/\s/g, '')
  await dialog.getByLabel('Code').fill(presentCode(secret))
  await dialog.getByRole('button', { name: 'Confirm code' }).click()
  const codes = page.getByRole('dialog', { name: 'Keep these recovery codes' })
  await codes.getByRole('listitem').first().waitFor()
  const recoveryCodes = await codes.getByRole('listitem').allInnerTexts()
  return {
    secret,
    recoveryCodes,
    close: () => codes.getByRole('button', { name: 'I have kept them' }).click(),
  }
}
