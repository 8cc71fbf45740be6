import AxeBuilder from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { joinRoom, openPanel } from './in-room.ts'
import { launchBrowser, newPerson, signIn, type Person } from './person.ts'
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

const phone = { width: 390, height: 844 }
const desktop = { width: 1280, height: 800 }

type Role = 'nobody' | 'mentor' | 'learner' | 'admin'

const pages: Record<Role, string[]> = {
  nobody: ['/', '/register', '/login', '/sessions', '/sessions/:id', '/nowhere'],
  learner: ['/sessions/:id', '/bookings', '/ready', '/profile', '/sessions/:id/room'],
  mentor: ['/teach', '/teach?new', '/sessions/:id', '/sessions/:id/room'],
  admin: ['/admin'],
}

async function as(role: Role, viewport: typeof phone): Promise<Person> {
  const person = await newPerson(browser, product.url, viewport)
  const { mentor, learners, admin } = product.demo
  const account = { nobody: undefined, mentor, learner: learners[0], admin }[role]
  if (account) await signIn(person, account)
  return person
}

/** What a page must be for everybody: reachable by assistive technology, within the window, from our own host alone. */
async function check({ page }: Person, path: string): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  return [
    ...found.violations.map((v) => `${path}: ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`),
    ...(overflow > 0 ? [`${path}: ${overflow} px wider than the window`] : []),
  ]
}

describe.each(['light', 'dark'] as const)('every page, %s', (colorScheme) => {
  it.each([
    ['a phone', phone],
    ['a desktop', desktop],
  ])('is accessible, fits %s, and loads nothing from elsewhere', async (_, viewport) => {
    const faults: string[] = []
    for (const [role, paths] of Object.entries(pages) as [Role, string[]][]) {
      const person = await as(role, viewport)
      const { page } = person
      const own = new URL(product.url).host
      page.on('request', (request) => {
        const { protocol, host } = new URL(request.url())
        if (protocol.startsWith('http') && host !== own) faults.push(`loads ${request.url()}`)
      })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const path of paths) {
        await page.goto(path.replace(':id', product.demo.liveSessionId))
        await page.getByRole('heading').first().waitFor()
        await page.waitForLoadState('networkidle')
        faults.push(...(await check(person, `${role} ${path}`)))
      }
      faults.push(...person.problems.filter((problem) => !/404/.test(problem)))
      await person.leave()
    }
    expect(faults).toEqual([])
  })
})

it('keeps the room accessible, with its panels open', async () => {
  const mentor = await as('mentor', desktop)
  await joinRoom(mentor, product.demo.liveSessionId)
  for (const panel of ['Chat', 'People'] as const) {
    await openPanel(mentor.page, panel)
    expect(await check(mentor, `room with ${panel}`)).toEqual([])
  }
  await mentor.page.getByRole('button', { name: 'More', exact: true }).click()
  await mentor.page.getByRole('menuitem', { name: 'Data and quality' }).click()
  await mentor.page.getByRole('dialog', { name: 'Data and quality' }).waitFor()
  expect(await check(mentor, 'room with the receive modes')).toEqual([])
  await mentor.leave()
})

it('has a key for every control of the room, and none while somebody types', async () => {
  const mentor = await as('mentor', desktop)
  const { page } = mentor
  await joinRoom(mentor, product.demo.liveSessionId)
  const control = (name: string) => page.getByRole('toolbar').getByRole('button', { name, exact: true })
  for (const [key, before, after] of [
    ['m', 'Mute microphone', 'Unmute microphone'],
    ['v', 'Turn camera off', 'Turn camera on'],
    ['s', 'Share screen', 'Stop sharing'],
    ['h', 'Raise hand', 'Lower hand'],
  ] as const) {
    for (const [now, then] of [
      [before, after],
      [after, before],
    ] as const) {
      await control(now).waitFor()
      await page.keyboard.press(key)
      await control(then).waitFor()
    }
  }
  await page.keyboard.press('p')
  await page.getByRole('complementary', { name: 'People' }).waitFor()
  await page.keyboard.press('c')
  const words = page.getByLabel('Message', { exact: true })
  await words.focus()
  await page.keyboard.type('mvshcp')
  expect(await words.inputValue()).toBe('mvshcp')
  expect(await control('Mute microphone').count()).toBe(1)
  await page.getByRole('button', { name: 'Close chat' }).focus()
  await page.keyboard.press('Escape')
  await page.getByRole('complementary').waitFor({ state: 'hidden' })
  expect(mentor.problems).toEqual([])
  await mentor.leave()
})

it('can be used by keyboard alone: from the catalogue to a booked seat', async () => {
  const learner = await as('learner', desktop)
  const { page } = learner
  await page.goto('/sessions?maxPricePaise=0')
  await page.getByRole('heading', { name: 'Find a session' }).waitFor()
  const press = async (name: RegExp) => {
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press('Tab')
      const [words, visible] = await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement // something always has the focus
        // A card shows the focus of its link around itself.
        const rings = [focused, focused.closest('article')].filter((e) => e !== null)
        const seen = rings.some((e) => getComputedStyle(e).outlineStyle !== 'none')
        return [focused.innerText || focused.ariaLabel || '', seen] as const
      })
      if (!name.test(words)) continue
      expect(visible, `the focus on “${words}” can be seen`).toBe(true)
      return page.keyboard.press('Enter')
    }
    throw new Error(`60 times Tab did not reach ${String(name)}`)
  }
  await press(/keyboard/i)
  await page.waitForURL(/\/sessions\/[0-9a-f-]{36}/)
  await page
    .getByRole('button', { name: /Book free seat|Get ready/ })
    .or(page.getByRole('link', { name: 'Get ready' }))
    .first()
    .waitFor()
  await press(/Book free seat/)
  await page.getByRole('link', { name: 'Get ready' }).waitFor()
  await learner.leave()
})
