/** A class on a stage, and learners who choose what they receive. */
import { beforeAll, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { bookSeat, chooseMode, handsRaised, joinRoom, namesIn, openPanel } from './in-room.ts'
import { framesShown, hears, newMember, received, seesPictures, stats, until, type Person } from './person.ts'
import { databaseOf } from './newcomer.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'
import { inNinetyMinutes } from './soon.ts'

let product: Product
let browser: Browser
let mentor: Person
let learner: Person
let other: Person
let sessionId: string

const everyone = () => [mentor, learner, other]

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  const { url, demo } = product
  mentor = await newMember(browser, url, demo.mentor)
  learner = await newMember(browser, url, demo.learners[0])
  other = await newMember(browser, url, demo.learners[1])
  await teachAtAnyHour()
})

/** The demo's mentor keeps hours: this class is now, whatever the clock says. */
async function teachAtAnyHour(): Promise<void> {
  const db = databaseOf(product)
  await db.deleteFrom('availability_hours').execute()
  await db.destroy()
}

it('publishes a class with a stage, for more than can all speak', async () => {
  const { page } = mentor
  await page.goto('/teach?new')
  await page.getByLabel('Title').fill('Hear the raga in any song')
  await page.getByLabel('Description').fill('I sing, you listen; whoever wants to sing comes on stage.')
  await page.getByLabel('Start', { exact: true }).fill(await inNinetyMinutes(page))
  await page.getByLabel('Seats').fill('120')
  await page.getByRole('button', { name: 'Free', exact: true }).click()
  await page.getByRole('button', { name: 'Publish session' }).click()
  await page.getByText(/stage/).and(page.locator('.error')).waitFor()
  await page.getByRole('button', { name: 'A stage' }).click()
  await page.getByRole('button', { name: 'Publish session' }).click()
  await page.waitForURL(/\/sessions\/[0-9a-f-]{36}$/)
  sessionId = page.url().split('/').at(-1)!
})

it('lets those who watch see and hear the mentor, and send nothing', async () => {
  for (const { page } of [learner, other]) await bookSeat(page, sessionId)
  await learner.page.goto(`/sessions/${sessionId}/room`)
  await learner.page.getByText('Nobody sees or hears you').waitFor()
  for (const person of everyone()) await joinRoom(person, sessionId)
  for (const { page } of [learner, other]) {
    await seesPictures(page, 1)
    await hears(page, 1)
    expect(await page.getByRole('button', { name: /microphone|camera|screen/i }).count()).toBe(0)
    expect(await stats(page, 'outbound-rtp')).toEqual([])
  }
  await openPanel(mentor.page, 'People')
  expect(await namesIn(mentor.page, 'Watching')).toHaveLength(2)
})

it('brings who raised a hand on stage without rejoining, seen and heard by all', async () => {
  const { page } = learner
  const connections = () =>
    page.evaluate(() => (window as unknown as { keptPeerConnections: unknown[] }).keptPeerConnections.length)
  const before = await connections()
  await page.getByRole('button', { name: 'Raise hand to come on stage' }).click()
  await until('the hand at the mentor’s', async () => (await handsRaised(mentor.page)).length === 1)
  await mentor.page
    .getByRole('list', { name: 'Raised hands' })
    .getByRole('button', { name: /on stage$/ })
    .click()
  await page.getByText(/You are on stage/).waitFor()
  await page.getByRole('button', { name: 'Unmute microphone' }).click()
  await page.getByRole('button', { name: 'Turn camera on' }).click()
  await seesPictures(mentor.page, 1)
  await hears(mentor.page, 1)
  await seesPictures(other.page, 2)
  await hears(other.page, 2)
  expect(await handsRaised(mentor.page)).toEqual([])
  expect(await connections(), 'no new transports').toBe(before)
})

it('takes them off the stage: nothing of theirs is seen or sent any more', async () => {
  const { page } = learner
  await mentor.page.getByRole('button', { name: /off the stage$/ }).click()
  await page.getByText(/You are off the stage/).waitFor()
  await page.getByRole('button', { name: 'Turn camera off' }).waitFor({ state: 'hidden' })
  await until('one picture less', async () => Object.keys(await framesShown(other.page)).length === 1)
  const sent = async () =>
    (await stats<RTCOutboundRtpStreamStats>(page, 'outbound-rtp')).reduce(
      (sum, s) => sum + (s.bytesSent ?? 0),
      0,
    )
  const before = await sent()
  await seesPictures(page, 1)
  expect(await sent()).toBeLessThanOrEqual(before)
  expect(await namesIn(mentor.page, 'Watching')).toHaveLength(2)
})

it('lets somebody on stage leave it by themselves', async () => {
  await other.page.getByRole('button', { name: 'Raise hand to come on stage' }).click()
  await mentor.page
    .getByRole('list', { name: 'Raised hands' })
    .getByRole('button', { name: /on stage$/ })
    .click()
  await other.page.getByRole('button', { name: 'Unmute microphone' }).waitFor()
  await other.page.getByRole('button', { name: 'More', exact: true }).click()
  await other.page.getByRole('menuitem', { name: 'Leave the stage' }).click()
  await other.page.getByRole('button', { name: 'Raise hand to come on stage' }).waitFor()
  await until('two who watch', async () => (await namesIn(mentor.page, 'Watching')).length === 2)
})

/** Bits a second that come in over all of a page's transports, from one moment to another. */
async function rate(page: Page, seconds = 4): Promise<number> {
  const [from, before] = [Date.now(), await received(page)]
  await page.waitForTimeout(seconds * 1000)
  return (((await received(page)) - before) * 8_000) / (Date.now() - from)
}

it('sends a learner who chose Voice the voices and no picture, under 64 kbit/s', async () => {
  const { page } = learner
  await chooseMode(page, 'Voice')
  await page.getByRole('button', { name: 'Voice', exact: true }).waitFor()
  await until('no picture', async () => Object.keys(await framesMoving(page)).length === 0)
  expect(await rate(page)).toBeLessThan(64_000)
  await hears(page, 1)
  await seesPictures(other.page, 1)
})

it('sends a learner who chose Slides the shared screen alone, under 150 kbit/s', async () => {
  const { page } = learner
  await chooseMode(page, 'Slides + voice')
  await mentor.page.getByRole('button', { name: 'Share screen' }).click()
  const screen = page.locator('[data-source="screen"] video')
  await until('the screen', async () => (await screen.evaluate((v: HTMLVideoElement) => v.videoWidth)) > 0)
  expect(Object.keys(await framesMoving(page)).filter((tile) => tile.endsWith('/camera'))).toEqual([])
  expect(await rate(page)).toBeLessThan(150_000)
  await hears(page, 1)
  await mentor.page.getByRole('button', { name: 'Stop sharing' }).click()
})

/** Tiles whose pictures move within half a second. */
async function framesMoving(page: Page): Promise<Record<string, number>> {
  const before = await framesShown(page)
  await page.waitForTimeout(500)
  const now = await framesShown(page)
  return Object.fromEntries(Object.entries(now).filter(([tile, frames]) => frames > (before[tile] ?? 0)))
}

it('remembers the mode in the next room', async () => {
  const { page } = learner
  await page.getByRole('button', { name: 'Leave' }).click()
  await joinRoom(mentor, product.demo.liveSessionId)
  await joinRoom(learner, product.demo.liveSessionId)
  await page.getByRole('button', { name: 'Slides + voice', exact: true }).waitFor()
  await hears(page, 1)
  expect(await framesMoving(page)).toEqual({})
  await chooseMode(page, 'Full')
  await seesPictures(page, 1)
})

it('left nothing in anybody’s console', () => {
  expect(everyone().flatMap((person) => person.problems)).toEqual([])
})
