/** Slides reach who chose them, also over a thin link. In every codec and mode: long/slides.test.ts */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keeps } from './figures.ts'
import { keepsSlides, SlideShow } from './slides.ts'
import { ThinClass } from './thin-class.ts'
import { flowDuring } from './watch.ts'

let thin: ThinClass

beforeAll(async () => {
  thin = await ThinClass.open([])
})
afterAll(() => thin?.close())

it('shows each slide over 200 kbit/s to who chose Slides, and leaves the voice whole', async () => {
  const show = await SlideShow.open(thin)
  await show.choose('Slides + voice')
  await thin.hosts.fault('both', { rate: 200, queue: 20_000 })
  const times: number[] = []
  const { concealed } = await flowDuring(thin.page, async () => {
    for (const slide of [2, 3, 4]) {
      times.push(await show.turnTo(slide))
      await sleep(6_000)
    }
  })
  keepsSlides('over 200 kbit/s', times)
  keeps('sound made up over 200 kbit/s', [concealed * 100], 5, '%')
  expect([show.mentor.problems, show.learner.problems]).toEqual([[], []])
  await thin.left()
  await show.close()
})
