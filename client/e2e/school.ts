/** The product with people whom no other test knows: nothing planned, nothing bought. */
import type { Role } from '@peerlearn/contract/base'
import type { Db } from '@peerlearn/server/db'
import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { databaseOf, newcomer } from './newcomer.ts'
import { launchBrowser, until, type Person } from './person.ts'
import { startProduct, type Account, type Product } from './product.ts'

export interface Member extends Person {
  userId: string
  name: string
  account: Account
}

export interface School {
  product: Product
  browser: Browser
  db: Db
  /** Registered as people do. That the address was proved, and what they may do here, is written into the database. */
  member(name: string, roles?: Role[]): Promise<Member>
  close(): Promise<void>
}

export async function openSchool(): Promise<School> {
  const [product, browser] = await Promise.all([startProduct(), launchBrowser()])
  const db = databaseOf(product)
  return {
    product,
    browser,
    db,
    async member(name, roles = []) {
      const person = await newcomer(browser, product)
      const { userId } = await db
        .updateTable('account')
        .set({ name, roles: ['learner', ...roles], email_verified_at: new Date() })
        .where('email', '=', person.account.email)
        .returning('id as userId')
        .executeTakeFirstOrThrow()
      // High enough for news to cover no button of the page.
      await person.page.setViewportSize({ width: 1280, height: 1400 })
      await person.page.reload()
      return { ...person, userId, name }
    },
    async close() {
      await db.destroy()
      await browser.close()
      await product.stop()
    },
  }
}

/** Presses Pay in the sandbox's checkout, which the page has opened, and waits until the seat is there. */
export async function payHere(page: Page): Promise<void> {
  await page.frameLocator('iframe').getByRole('button', { name: /^Pay/ }).click()
  await page.getByText('Paid and booked.').first().waitFor()
}

/** Books one seat of a priced session, and pays for it. */
export async function buySeat(page: Page, sessionId: string): Promise<void> {
  await page.goto(`/sessions/${sessionId}`)
  await page.getByRole('button', { name: /^Book and pay/ }).click()
  await payHere(page)
}

/** The file that the page hands over after this press. */
export async function downloadedBy(page: Page, press: () => Promise<void>) {
  const [file] = await Promise.all([page.waitForEvent('download'), press()])
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) }
}

/** Loads the page again until what is awaited stands there: what is done in the background is not told to every page. */
export async function comesTo(page: Page, awaited: Locator): Promise<void> {
  const stands = async () => {
    if (await awaited.first().isVisible()) return true
    await page.reload()
    await page.waitForLoadState('networkidle')
    return awaited.first().isVisible()
  }
  await until(`${awaited.toString()} on ${page.url()}`, stands, 60)
}

/** A figure of a page, such as `Held`. */
export const figure = (page: Page, label: string): Promise<string> =>
  page
    .locator('dl > div')
    .filter({ has: page.getByText(label, { exact: true }) })
    .getByRole('definition')
    .first()
    .innerText()
