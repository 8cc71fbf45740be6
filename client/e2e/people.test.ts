import { beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { newMember, newPerson, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser
let admin: Person

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  admin = await newMember(browser, product.url, product.demo.admin)
})

const [aditi, joseph] = ['Aditi Sharma', 'Joseph Mathew']

async function find(name: string): Promise<void> {
  const { page } = admin
  await page.goto('/admin/people')
  await page.getByPlaceholder('Name or email').fill(name)
  await page.getByRole('button', { name: `Actions for ${name}` }).waitFor()
}

async function act(name: string, action: string): Promise<void> {
  const { page } = admin
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

it('signs somebody out at once who is suspended, tells them why, and lets them in again', async () => {
  const [account] = product.demo.learners
  const learner = await newMember(browser, product.url, account)
  await learner.page.goto('/bookings')
  const { page } = admin
  await find(aditi)
  await act(aditi, 'Suspend…')
  await page.getByRole('button', { name: 'Suspend', exact: true }).click()
  await page.getByText('Say why').waitFor()
  await page.getByLabel('Reason').fill('Sold seats outside of this place.')
  await page.getByRole('button', { name: 'Suspend', exact: true }).click()
  await page.getByText('Suspended: Sold seats outside of this place.').waitFor()
  await learner.page.waitForURL(/\/login/)
  await learner.leave()

  const back = await newPerson(browser, product.url)
  await back.page.goto('/login')
  await back.page.getByLabel('Email').fill(account.email)
  await back.page.getByLabel('Password', { exact: true }).fill(account.password)
  await back.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await back.page.getByRole('heading', { name: 'Your account is suspended' }).waitFor()
  await back.page.getByText('Sold seats outside of this place.').waitFor()
  await act(aditi, 'Lift suspension…')
  await page.getByRole('button', { name: 'Lift suspension', exact: true }).click()
  await page.getByText(`${aditi} can sign in again.`).waitFor()
  await back.page.getByRole('button', { name: 'Leave this page' }).click()
  await back.leave()
  // Their own way in again, all of it.
  await (await newMember(browser, product.url, account)).leave()
})

it('lets an owner make somebody an admin and take that back', async () => {
  const { page } = admin
  await find(joseph)
  await act(joseph, 'Make admin…')
  await page.getByRole('dialog').getByRole('button', { name: 'Make admin' }).click()
  await page.getByText(`${joseph} is admin now.`).waitFor()
  await act(joseph, 'Take admin role…')
  await page.getByRole('dialog').getByRole('button', { name: 'Take admin role' }).click()
  await page.getByText(`${joseph} is admin no longer.`).waitFor()
})

it('says so when nobody matches, and clears the search', async () => {
  const { page } = admin
  await page.goto('/admin/people')
  await page.getByPlaceholder('Name or email').fill('zzzz')
  await page.getByRole('heading', { name: 'Nobody matches' }).waitFor()
  await page.getByRole('button', { name: 'Clear the search' }).click()
  await page.getByRole('list', { name: 'People' }).getByRole('listitem').first().waitFor()
  expect(admin.problems).toEqual([])
})
