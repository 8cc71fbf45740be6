import { beforeAll, describe, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { faultsOf } from './accessible.ts'
import { joinRoom, openPanel } from './in-room.ts'
import { newPerson, signIn, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'
import { pages as known } from '../src/shell/pages.ts'

let product: Product
let browser: Browser

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
})

const phone = { width: 390, height: 844 }
const desktop = { width: 1280, height: 800 }

/** What a browser says of an address that leads nowhere, and of a way back from a provider that nobody was sent to. */
const refused = /404|oidc\/finish/

const roles = ['nobody', 'learner', 'mentor', 'admin'] as const
type Role = (typeof roles)[number]

const pages: Record<Role, string[]> = {
  nobody: [
    '/',
    '/register',
    '/login',
    '/login/back',
    '/forgot-password',
    '/reset-password',
    '/verify',
    '/invitation',
    '/suspended',
    '/unsubscribe',
    '/unsubscribe/:token',
    '/sessions',
    '/sessions/:id',
    '/mentors/:mentor',
    '/nowhere',
  ],
  learner: [
    '/sessions/:id',
    '/mentors/:mentor',
    '/bookings',
    '/ready',
    '/profile',
    '/security',
    '/settings/notifications',
    '/settings/privacy',
    '/become-a-mentor',
    '/become-owner',
    '/sessions/:id/room',
  ],
  mentor: [
    '/teach',
    '/teach?new',
    '/teach/hours',
    '/teach/offers',
    '/teach/earnings',
    '/profile',
    '/sessions/:id',
    '/sessions/:id/room',
  ],
  admin: [
    '/admin',
    '/admin/people',
    '/admin/applications',
    '/admin/money',
    '/admin/jobs',
    '/admin/audit',
    '/become-owner',
  ],
}

async function as(role: Role, viewport: typeof phone): Promise<Person> {
  const person = await newPerson(browser, product.url, viewport)
  const { mentor, learners, admin } = product.demo
  const account = { nobody: undefined, mentor, learner: learners[0], admin }[role]
  if (account) await signIn(person, account)
  return person
}

/** Real ones in place of `:id` and `:mentor`. */
async function addresses(paths: string[]): Promise<string[]> {
  const id = product.demo.liveSessionId
  const answer = await fetch(`${product.url}/api/sessions/${id}`)
  const { session } = (await answer.json()) as { session: { mentor: { id: string } } }
  return paths.map((path) => path.replace(':id', id).replace(':mentor', session.mentor.id))
}

it('leaves out no page of the product', () => {
  const looked = Object.values(pages)
    .flat()
    .map((path) => path.replace(/[?].*/, '').replace(':mentor', ':id'))
  expect(Object.keys(known).filter((path) => !looked.includes(path))).toEqual([])
})

describe.each([
  ['a phone', phone],
  ['a desktop', desktop],
])('every page on %s', (_, viewport) => {
  it.each(roles)(
    'is accessible in light and dark, fits, and loads nothing from elsewhere: %s',
    async (role) => {
      const faults: string[] = []
      const person = await as(role, viewport)
      const { page } = person
      const own = new URL(product.url).host
      page.on('request', (request) => {
        const { protocol, host } = new URL(request.url())
        if (protocol.startsWith('http') && host !== own) faults.push(`loads ${request.url()}`)
      })
      for (const path of await addresses(pages[role])) {
        await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
        await page.goto(path)
        await page.getByRole('heading').first().waitFor()
        await page.waitForLoadState('networkidle')
        faults.push(...(await faultsOf(page, `${path}, light`)))
        await page.emulateMedia({ colorScheme: 'dark' })
        faults.push(...(await faultsOf(page, `${path}, dark`)))
      }
      faults.push(...person.problems.filter((problem) => !refused.test(problem)))
      await person.leave()
      expect(faults).toEqual([])
    },
  )
})

it('keeps the room accessible, with its panels open', async () => {
  const mentor = await as('mentor', desktop)
  await joinRoom(mentor, product.demo.liveSessionId)
  for (const panel of ['Chat', 'People'] as const) {
    await openPanel(mentor.page, panel)
    expect(await faultsOf(mentor.page, `room with ${panel}`)).toEqual([])
  }
  await mentor.page.getByRole('button', { name: 'More', exact: true }).click()
  await mentor.page.getByRole('menuitem', { name: 'Data and quality' }).click()
  await mentor.page.getByRole('dialog', { name: 'Data and quality' }).waitFor()
  expect(await faultsOf(mentor.page, 'room with the receive modes')).toEqual([])
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
