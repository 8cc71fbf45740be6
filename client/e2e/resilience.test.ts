import { beforeAll, beforeEach, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { chatLines, handsRaised, joinRoom, peopleNames, say } from './in-room.ts'
import { framesShown, newPerson, seesPictures, signIn, until, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser
let mentor: Person
let learner: Person

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  mentor = await newPerson(browser, product.url)
  learner = await newPerson(browser, product.url)
  await signIn(mentor, product.demo.mentor)
  await joinRoom(mentor, product.demo.liveSessionId)
  await signIn(learner, product.demo.learners[0])
  await joinRoom(learner, product.demo.liveSessionId)
})

beforeEach(async () => {
  await seesPictures(mentor.page, 1)
  await seesPictures(learner.page, 1)
})

const total = async (person: Person) =>
  Object.values(await framesShown(person.page)).reduce((sum, frames) => sum + frames, 0)

it('keeps a class going while the server is killed and comes back', async () => {
  await say(learner.page, 'before the restart')
  await learner.page.getByRole('button', { name: 'Raise hand' }).click()
  await until('the hand at the mentor’s', async () => (await handsRaised(mentor.page)).length === 1)
  const [names, lines] = [await peopleNames(mentor.page), await chatLines(mentor.page)]

  const [old] = product.pids('server/src/main.ts')
  process.kill(old!, 'SIGKILL')
  const before = await total(learner)
  await until('a new server', () => {
    const [now] = product.pids('server/src/main.ts')
    return Promise.resolve(now !== undefined && now !== old)
  })
  expect(await total(learner), 'frames while there was no server').toBeGreaterThan(before)

  await until('the socket is back', async () => {
    const answer = await fetch(`${product.url}/health/ready`).catch(() => undefined)
    return answer?.status === 200
  })
  await say(mentor.page, 'after the restart')
  await until('what was said after it', async () =>
    (await chatLines(learner.page)).includes('after the restart'),
  )
  expect(await chatLines(learner.page)).toEqual([...lines, 'after the restart'])
  expect(await peopleNames(learner.page)).toEqual(names)
  expect(await handsRaised(mentor.page)).toHaveLength(1)
  await learner.page.getByRole('button', { name: 'Lower hand', exact: true }).click()
  await until('the hand lowered', async () => (await handsRaised(mentor.page)).length === 0)
})

it('says on a phone what was not done, covering no face and no control, and lets it be tried again', async () => {
  const { page } = learner
  const usual = page.viewportSize()!
  const [server] = product.pids('server/src/main.ts')
  await page.setViewportSize({ width: 390, height: 844 })
  process.kill(server!, 'SIGSTOP')
  try {
    await page.getByRole('button', { name: 'Raise hand' }).click()
    const words = page.getByText('Your hand is not raised.')
    await words.waitFor()
    const covered = () =>
      page.evaluate(() => {
        const box = (selector: string) =>
          [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect())
        const [toast] = box('[aria-label="News"] li')
        return box('[data-source], header, [role="toolbar"]').filter(
          (other) => toast && other.top < toast.bottom && other.bottom > toast.top,
        ).length
      })
    // The faces glide to make room.
    await until('nothing covered', async () => (await covered()) === 0, 2)
  } finally {
    process.kill(server!, 'SIGCONT')
    await page.setViewportSize(usual)
  }
  const lower = page.getByRole('button', { name: 'Lower hand', exact: true })
  await until('the hand raised by trying again', async () => {
    const again = page.getByRole('button', { name: 'Try again' })
    if (await again.isVisible()) await again.click()
    return lower.isVisible()
  })
  await lower.click()
  await until('the hand lowered', async () => (await handsRaised(mentor.page)).length === 0)
})

it('brings the pictures back within 5 s when a media worker is killed', async () => {
  const workers = product.pids('mediasoup-worker')
  const at = Date.now()
  for (const pid of workers) process.kill(pid, 'SIGKILL')
  const gone = await total(learner)
  await until('workers in place of the dead', () => {
    const now = product.pids('mediasoup-worker')
    return Promise.resolve(now.length === workers.length && now.every((pid) => !workers.includes(pid)))
  })
  await Promise.all([mentor, learner].map(({ page }) => seesPictures(page, 1, 5 - (Date.now() - at) / 1000)))
  expect(Date.now() - at).toBeLessThan(5_000)
  expect(await total(learner)).not.toBe(gone)
})

it('returns to the same seat after a reload', async () => {
  const names = await peopleNames(mentor.page)
  await learner.page.reload()
  await seesPictures(learner.page, 1)
  expect(await peopleNames(mentor.page)).toEqual(names)
})

it('hands the seat to a second tab, and the first one says so', async () => {
  const second = await learner.page.context().newPage()
  await joinRoom({ ...learner, page: second }, product.demo.liveSessionId)
  await seesPictures(second, 1)
  const words = learner.page.getByText(/another tab or device/)
  await words.waitFor()
  expect(await peopleNames(mentor.page)).toHaveLength(2)

  await learner.page.getByRole('button', { name: 'Use this one instead' }).click()
  await seesPictures(learner.page, 1)
  await second.getByText(/another tab or device/).waitFor()
  await second.close()
})
