import { beforeAll, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { newPerson, signIn, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser
let admin: Person

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  admin = await newPerson(browser, product.url)
  await signIn(admin, product.demo.admin)
  await admin.page.goto('/admin')
})

const node = (page: Page) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { level: 3 }) })

it('shows the workers that the machine really runs', async () => {
  const workers = product.pids('mediasoup-worker')
  expect(workers.length).toBeGreaterThan(0)
  for (const pid of workers) await admin.page.getByRole('button', { name: `Worker ${pid}` }).waitFor()
})

it('lets an admin empty a node after asking, and take that back', async () => {
  const { page } = admin
  const card = node(page).first()
  await card.getByText('up', { exact: true }).waitFor()
  await card.getByRole('button', { name: /^Empty/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it in use' }).click()
  await card.getByText('up', { exact: true }).waitFor()
  await card.getByRole('button', { name: /^Empty/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Empty node' }).click()
  await card.getByText('emptied, can be stopped').waitFor()
  await card.getByRole('button', { name: 'Take back' }).click()
  await card.getByText('up', { exact: true }).waitFor()
})

it('draws the last hour, and tells it as a table too', async () => {
  const { page } = admin
  const chart = page.getByRole('figure').filter({ hasText: 'CPU of each node' })
  await chart.locator('canvas').waitFor()
  await chart.getByText('As a table').click()
  await chart.getByRole('rowheader').first().waitFor()
  expect(await chart.getByRole('columnheader').count()).toBeGreaterThan(1)
  expect(admin.problems).toEqual([])
})

it('tells in the audit who emptied the node, in words and as it was written', async () => {
  const { page } = admin
  await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Audit' }).click()
  const entries = page.getByRole('list', { name: 'Audit entries' }).getByRole('listitem')
  await entries.first().getByText('took the emptying of a media node back').waitFor()
  const begun = entries.nth(1)
  expect(await begun.textContent()).toContain('began to empty a media node')
  await begun.getByText('As it was written').click()
  await begun.getByText('"action": "node.drain-begun"').waitFor()
  expect(admin.problems).toEqual([])
})
