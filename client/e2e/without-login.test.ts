/** What is open to people who are shut out, or who just want fewer mails: pages that ask for no login. */
import AxeBuilder from '@axe-core/playwright'
import type { Db } from '@peerlearn/server/db'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createUnsubscribeLinks } from '../../server/src/mail/unsubscribe-links.ts'
import { databaseOf, mailedPath, newcomer, settingOf, signOut } from './newcomer.ts'
import { newPerson } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Account, Product } from './product.ts'

let product: Product
let browser: Browser
let db: Db

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  db = databaseOf(product)
})

afterAll(() => db?.destroy())

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)

const suspend = ({ email }: Account) =>
  db
    .updateTable('account')
    .set({ suspended_at: new Date(), suspended_because: 'Sold seats outside.' })
    .where('email', '=', email)
    .execute()

it('tells somebody suspended why, and lets them take their data and be erased, and nothing else', async () => {
  const { page, account, problems, leave } = await newcomer(browser, product)
  await signOut(page)
  await suspend(account)
  const enter = async () => {
    await page.goto('/login')
    await page.getByLabel('Email').fill(account.email)
    await page.getByLabel('Password', { exact: true }).fill(account.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await enter()
  await page.getByRole('heading', { name: 'Your account is suspended' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/suspended')
  await page.getByText('Sold seats outside.').waitFor()
  expect(await violations(page)).toEqual([])
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download my data' }).click()
  expect((await download).suggestedFilename()).toBe('peerlearn-my-data.zip')
  // Neither another page nor the same one later knows them.
  await page.goto('/profile')
  await page.waitForURL('**/login**')
  await page.goto('/suspended')
  await page.getByRole('heading', { name: 'Nobody is signed in here' }).waitFor()
  await enter()
  await page.getByRole('button', { name: 'Erase my account' }).click()
  await page.getByLabel('Your password').fill(account.password)
  await page.getByLabel('Type ERASE').fill('ERASE')
  await page.getByRole('button', { name: 'Erase for good' }).click()
  await page.getByText('Your account was erased.').waitFor()
  const left = db.selectFrom('account').select('id').where('email', '=', account.email)
  expect(await left.execute()).toEqual([])
  expect(problems).toEqual([])
  await leave()
})

it('says on the sign-in page that the new password is set, and for which address', async () => {
  const { page, problems, leave } = await newPerson(browser, product.url)
  const { email } = product.demo.learners[2]
  await page.goto('/forgot-password')
  await page.getByLabel('Email').fill(email)
  await page.getByRole('button', { name: 'Mail me a link' }).click()
  await page.goto(await mailedPath(db, email, 'Set a new password'))
  const password = page.getByLabel('New password', { exact: true })
  const set = page.getByRole('button', { name: 'Set password' })
  await password.fill('short')
  await set.click()
  const colours = () =>
    password.evaluate((field) => {
      const { borderColor, outlineColor } = getComputedStyle(field)
      return { focused: document.activeElement === field, same: borderColor === outlineColor }
    })
  await expect.poll(colours, { message: 'a refused field is red though it has the focus' }).toEqual({
    focused: true,
    same: true,
  })
  await password.fill('three other words')
  await set.click()
  await page.waitForURL('**/login')
  await page.getByRole('main').getByText('Your new password is set').waitFor()
  expect(await page.getByLabel('Email').inputValue()).toBe(email)
  expect(await violations(page)).toEqual([])
  await page.getByLabel('Password', { exact: true }).fill('three other words')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((url) => url.pathname !== '/login')
  expect(problems).toEqual([])
  await leave()
})

it('stops mails of a kind by the link in one of them, and takes that back', async () => {
  const { page, problems, leave } = await newPerson(browser, product.url)
  const asha = product.demo.learners[1].email
  const { id } = await db
    .selectFrom('account')
    .select('id')
    .where('email', '=', asha)
    .executeTakeFirstOrThrow()
  const links = createUnsubscribeLinks({ AUTH_SECRET: settingOf(product, 'AUTH_SECRET') }, product.url).find(
    id,
    'reminder',
  )!
  const stopped = async () => {
    const choice = db.selectFrom('notification_choice').select('mail').where('account_id', '=', id)
    return (await choice.where('kind', '=', 'reminder').execute()).map(({ mail }) => !mail)
  }
  await page.goto(links.page)
  await page.getByRole('heading', { name: 'Stop these mails?' }).waitFor()
  await page.getByText('“Reminders”').waitFor()
  expect(new URL(page.url()).hash).toBe('')
  expect(await stopped()).toEqual([])
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Stop these mails' }).click()
  await page.getByRole('heading', { name: 'You get no more of these mails' }).waitFor()
  expect(await stopped()).toEqual([true])
  await page.getByRole('button', { name: 'Take it back' }).click()
  await page.getByRole('heading', { name: 'Stop these mails?' }).waitFor()
  expect(await stopped()).toEqual([false])
  // The address that mail programs post to is the same page when a person opens it.
  await page.goto(links.oneClick)
  await page.getByRole('heading', { name: 'Stop these mails?' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/unsubscribe')
  await page.goto('about:blank') // else only the part behind the # changes
  await page.goto('/unsubscribe#cut-short')
  await page.getByRole('heading', { name: 'This link does not work' }).waitFor()
  expect(problems).toEqual([])
  // A server that can't be reached says nothing of the link.
  await page.route('**/api/unsubscribe/look', (route) => route.abort())
  await page.goto('about:blank')
  await page.goto(links.page)
  await page.getByRole('heading', { name: 'Your mails could not be looked up' }).waitFor()
  await page.unroute('**/api/unsubscribe/look')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Stop these mails?' }).waitFor()
  await leave()
})
