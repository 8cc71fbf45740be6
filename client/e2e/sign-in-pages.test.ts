/** The pages of sign-in and the security page: for everybody, in both themes, on phones and desktops. */
import AxeBuilder from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, newPerson, signIn } from './person.ts'
import { startProduct, type Product } from './product.ts'

let product: Product
let browser: Browser

beforeAll(async () => {
  ;[product, browser] = await Promise.all([startProduct(), launchBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

describe.each(['light', 'dark'] as const)('the pages of sign-in, %s', (colorScheme) => {
  it.each([
    ['a phone', { width: 390, height: 844 }],
    ['a desktop', { width: 1280, height: 800 }],
  ])('are accessible and fit %s', async (_, viewport) => {
    const person = await newPerson(browser, product.url, viewport)
    const { page } = person
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const faults = await faultsOf(page, [
      '/login',
      '/forgot-password',
      `/reset-password#${'A'.repeat(43)}`,
      '/verify',
    ])
    await signIn(person, product.demo.learners[1])
    faults.push(...(await faultsOf(page, ['/security'])))
    await page.getByRole('button', { name: 'Set up an app' }).click()
    await page.getByRole('img', { name: /secret of your account/ }).waitFor()
    faults.push(...(await look(page, 'the dialog of an app')))
    expect([...faults, ...person.problems]).toEqual([])
    await person.leave()
  })
})

async function faultsOf(page: Page, paths: string[]): Promise<string[]> {
  const faults: string[] = []
  for (const path of paths) {
    await page.goto(path)
    await page.getByRole('heading').first().waitFor()
    await page.waitForLoadState('networkidle')
    faults.push(...(await look(page, path)))
  }
  return faults
}

async function look(page: Page, name: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  return [
    ...violations.map((v) => `${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
    ...(overflow > 0 ? [`${name}: ${overflow} px wider than the window`] : []),
  ]
}
