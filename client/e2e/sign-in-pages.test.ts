/** The pages of sign-in and the security page: for everybody, in both themes, on phones and desktops. */
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './accessible.ts'
import { newPerson, signIn } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
})

describe.each(['light', 'dark'] as const)('the pages of sign-in, %s', (colorScheme) => {
  it.each([
    ['a phone', { width: 390, height: 844 }],
    ['a desktop', { width: 1280, height: 800 }],
  ])('are accessible and fit %s', async (_, viewport) => {
    const person = await newPerson(browser, product.url, viewport)
    const { page } = person
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const faults = await faultsOn(page, [
      '/login',
      '/forgot-password',
      `/reset-password#${'A'.repeat(43)}`,
      '/verify',
    ])
    await signIn(person, product.demo.learners[1])
    faults.push(...(await faultsOn(page, ['/security'])))
    await page.getByRole('button', { name: 'Set up an app' }).click()
    await page.getByRole('img', { name: /secret of your account/ }).waitFor()
    faults.push(...(await faultsOf(page, 'the dialog of an app')))
    expect([...faults, ...person.problems]).toEqual([])
    await person.leave()
  })
})

async function faultsOn(page: Page, paths: string[]): Promise<string[]> {
  const faults: string[] = []
  for (const path of paths) {
    await page.goto(path)
    await page.getByRole('heading').first().waitFor()
    await page.waitForLoadState('networkidle')
    faults.push(...(await faultsOf(page, path)))
  }
  return faults
}
