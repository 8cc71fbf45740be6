/** A person's own view of the room: keys, panels, what their tiles and the green room tell them. */
import { beforeAll, expect, it } from 'vitest'
import type { Browser, Locator, Page } from 'playwright-core'
import { joinRoom } from './in-room.ts'
import { newMember, seesPictures, until, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser
let mentor: Person
let learner: Person

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  mentor = await newMember(browser, product.url, product.demo.mentor)
  learner = await newMember(browser, product.url, product.demo.learners[0])
  for (const person of [mentor, learner]) await joinRoom(person, product.demo.liveSessionId)
  for (const { page } of [mentor, learner]) await seesPictures(page, 1)
})

it('lets whoever opens the chat write at once, and raises no hand by what they write', async () => {
  const { page } = learner
  const words = page.getByLabel('Message', { exact: true })
  const control = (name: string) => page.getByRole('toolbar').getByRole('button', { name })
  await page.keyboard.press('c')
  await page.keyboard.type('hi')
  expect(await words.inputValue()).toBe('hi')
  expect(await control('Raise hand').count()).toBe(1)
  await words.fill('')
  await page.keyboard.press('Escape')
  await words.waitFor({ state: 'hidden' })
  await control('Chat').focus()
  await page.keyboard.press('Enter')
  await until('the focus in the box', () => isFocused(words))
  await words.fill('x'.repeat(2500))
  await page.getByText('500 characters too many').waitFor()
  await page.keyboard.press('Enter')
  expect(await words.inputValue(), 'nothing is cut or sent').toHaveLength(2500)
  await words.fill('')
  await page.keyboard.press('Escape')
  await until('the focus where it was', () => isFocused(control('Chat')))
})

it('lists the single keys, and lets them be turned off for good', async () => {
  const { page } = learner
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  const single = keys.getByLabel('Use single keys')
  const turn = async (on: boolean) => {
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
    await single.setChecked(on)
    await page.keyboard.press('Escape')
  }
  await page.keyboard.press('?')
  await keys.getByText('Raise or lower your hand').waitFor()
  await page.keyboard.press('Escape')
  await turn(false)
  await page.reload()
  await page.getByRole('toolbar', { name: 'Class controls' }).waitFor()
  for (const key of ['c', '?', 'm']) await page.keyboard.press(key)
  expect(await page.getByRole('complementary').count()).toBe(0)
  expect(await keys.isVisible()).toBe(false)
  expect(await page.getByRole('button', { name: 'Mute microphone', exact: true }).count()).toBe(1)
  await turn(true)
  await page.keyboard.press('p')
  await page.getByRole('complementary', { name: 'People' }).waitFor()
  await page.keyboard.press('p')
})

it('is one stop of Tab in the bar of controls, along which arrows move', async () => {
  const { page } = learner
  const bar = page.getByRole('toolbar', { name: 'Class controls' })
  await bar.getByRole('button', { name: 'Mute microphone' }).focus()
  for (const [key, name] of [
    ['ArrowRight', 'Turn camera off'],
    ['End', 'Leave'],
    ['ArrowRight', 'Mute microphone'],
    ['ArrowLeft', 'Leave'],
    ['Home', 'Mute microphone'],
  ] as const) {
    await page.keyboard.press(key)
    expect(await isFocused(bar.getByRole('button', { name, exact: true })), `${key} to ${name}`).toBe(true)
  }
  expect(await bar.locator('.round[tabindex="0"]').count()).toBe(1)
})

it('tells somebody in a second tab that they are in class already, and counts the others', async () => {
  const page = await learner.page.context().newPage()
  await page.goto(`/sessions/${product.demo.liveSessionId}/room`)
  await page.getByText('You are in this class in another tab or device').waitFor()
  await page.getByText('1 person is in the room besides you.').waitFor()
  await page.close()
})

it('tells a learner who shares that their camera rests, and shows it again after', async () => {
  const { page } = learner
  const own = page.locator('[data-self][data-source="camera"]')
  await page.getByRole('button', { name: 'Share screen' }).click()
  await own.getByText('Your camera rests while you share').waitFor()
  await page.getByRole('button', { name: 'Turn camera off (it rests while you share)' }).waitFor()
  await page.getByRole('button', { name: 'Stop sharing' }).click()
  await page.getByRole('button', { name: 'Turn camera off', exact: true }).waitFor()
  await own.getByText('Your camera rests').waitFor({ state: 'hidden' })
  await seesPictures(mentor.page, 1)
})

it('says of a screen that is on its way that it is waited for', async () => {
  const { page } = learner
  const screen = page.locator('[data-source="screen"]')
  const goOn = await holdPictures(page)
  await mentor.page.getByRole('button', { name: 'Share screen' }).click()
  await screen.getByText('Waiting for the picture…').waitFor()
  await goOn()
  await until('the screen', () => screen.locator('video').evaluate((v: HTMLVideoElement) => v.videoWidth > 0))
  await screen.getByText('Waiting for the picture…').waitFor({ state: 'hidden' })
  await mentor.page.getByRole('button', { name: 'Stop sharing' }).click()
  await screen.waitFor({ state: 'hidden' })
})

it('wears the light room in the next class too', async () => {
  const theme = (page: Page) => page.evaluate(() => document.documentElement.dataset['theme'])
  const { page } = learner
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Light room' }).click()
  const next = await page.context().newPage()
  await next.goto(`/sessions/${product.demo.liveSessionId}/room`)
  await next.getByRole('button', { name: 'Join', exact: true }).waitFor()
  expect(await theme(next)).toBe('light')
  await next.close()
})

it('left nothing in anybody’s console', () => {
  expect([mentor, learner].flatMap(({ problems }) => problems)).toEqual([])
})

const isFocused = (place: Locator) => place.evaluate((element) => element === document.activeElement)

/** This browser takes its time: what it is given to show is shown only when the answer is called. */
async function holdPictures(page: Page): Promise<() => Promise<void>> {
  const held = await page.evaluateHandle(() => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const real = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject')!
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
      ...real,
      set(this: HTMLMediaElement, stream: MediaStream | null) {
        void promise.then(() => real.set?.call(this, stream))
      },
    })
    return { goOn: () => resolve(undefined) }
  })
  return () => held.evaluate(({ goOn }) => goOn())
}
