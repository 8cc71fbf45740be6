/** Slides at 1080p: whole and sharp for who receives everything, and still there over a thin link. In short: ../slides.test.ts */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../client/e2e/person.ts'
import { keeps } from '../figures.ts'
import { keepsSlides, seen, SlideShow } from '../slides.ts'
import { ThinClass } from '../thin-class.ts'
import { flowDuring } from '../watch.ts'

let thin: ThinClass
let show: SlideShow

beforeAll(async () => {
  thin = await ThinClass.open([])
})
afterEach(async () => {
  await thin.left()
  await show.close()
})
afterAll(() => thin?.close())

/** Turns to three slides, some seconds each. @returns until each was seen, and what flowed meanwhile */
async function turnThrough() {
  const times: number[] = []
  const flow = await flowDuring(thin.page, async () => {
    for (const slide of [2, 3, 4]) {
      times.push(await show.turnTo(slide))
      await sleep(6_000)
    }
  })
  return { times, flow }
}

/** One whose device encodes what every browser decodes, and one that is strong enough for better. */
describe.each([
  { codec: 'VP8', cores: 2 },
  { codec: 'the best codec', cores: 8 },
])('a screen in $codec', ({ codec, cores }) => {
  it('is sharp to its finest lines', async () => {
    show = await SlideShow.open(thin, { cores, size: 22 })
    await show.choose('Full') // what was chosen before is remembered
    await until('it is whole', async () => (await seen(thin.page))?.height === 1080)
    const { times } = await turnThrough()
    keeps(`slide in Full, ${codec}`, times, 3_000)
    expect((await seen(thin.page))?.contrast).toBeGreaterThan(0.8)
    expect([show.mentor.problems, show.learner.problems]).toEqual([[], []])
  })

  it('shows each slide to who chose Slides, within what that mode may take', async () => {
    show = await SlideShow.open(thin, { cores })
    await show.choose('Slides + voice')
    await sleep(3_000) // what was on its way before
    const { times, flow } = await turnThrough()
    keeps(`slide in Slides, ${codec}`, times, 4_000)
    keeps(`received in Slides, ${codec}`, [flow.bitsDown / 1_000], 150, 'kbit/s')
  })

  it('shows each slide over 200 kbit/s, and leaves the voice whole', async () => {
    show = await SlideShow.open(thin, { cores })
    await show.choose('Slides + voice')
    await thin.hosts.fault('both', { rate: 200, queue: 20_000 })
    const { times, flow } = await turnThrough()
    keepsSlides(`over 200 kbit/s, ${codec}`, times)
    keeps(`sound made up over 200 kbit/s, ${codec}`, [flow.concealed * 100], 5, '%')
  })
})
