import { receiveCeiling } from '@peerlearn/contract/media'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flowing, openFullClass } from './full-class.ts'
import type { Participant } from './participant.ts'
import { until } from './until.ts'

let here: Awaited<ReturnType<typeof openFullClass>>

beforeAll(async () => {
  here = await openFullClass()
})
afterAll(() => here.close())

/** Waits until it stays under the ceiling, then measures. */
async function settled(viewer: Participant, ceiling: number): Promise<number> {
  await until('it takes no more than it may', async () => (await viewer.down.rate(1)) <= ceiling)
  return await viewer.down.rate(5)
}

describe('receiving', () => {
  it('full takes everything that is shown', async () => {
    const full = await here.viewer('full')
    await until('it is a lot', async () => (await full.down.rate(1)) > 1_500_000)
    expect(await flowing(full)).toHaveLength(9)
    await full.vanish()
  })

  it('saver stays within 300 kbit/s: sound, the screen and a few small pictures', async () => {
    const saver = await here.viewer('saver')
    const rate = await settled(saver, receiveCeiling.saver!)
    expect(rate).toBeLessThanOrEqual(receiveCeiling.saver!)
    expect(rate).toBeGreaterThan(120_000)
    const flows = await flowing(saver)
    expect(flows).toEqual(expect.arrayContaining([here.ofMentor.microphone, here.ofMentor.screen]))
    const screenAt = await saver.consumerOf(here.ofMentor.screen)
    expect(saver.layer(screenAt)).toBe(0)
    await saver.vanish()
  })

  it('slides stays within 150 kbit/s: the screen and the mentor’s voice', async () => {
    const slides = await here.viewer('slides')
    const rate = await settled(slides, receiveCeiling.slides!)
    expect(rate).toBeLessThanOrEqual(receiveCeiling.slides!)
    expect((await flowing(slides)).sort()).toEqual([here.ofMentor.microphone, here.ofMentor.screen].sort())
    await slides.vanish()
  })

  it('voice stays within 64 kbit/s: one sound', async () => {
    const oneVoice = await here.viewer('voice')
    const rate = await settled(oneVoice, receiveCeiling.voice!)
    expect(rate).toBeLessThanOrEqual(receiveCeiling.voice!)
    expect(await flowing(oneVoice)).toEqual([here.ofMentor.microphone])
    await oneVoice.vanish()
  })

  it('changes in the middle of the class, down and up again, and a budget lowers it further', async () => {
    const learner = await here.viewer('full')
    await learner.receive({ mode: 'voice' })
    expect(await settled(learner, 64_000)).toBeLessThanOrEqual(64_000)
    await learner.receive({ mode: 'full', maxBitrate: 200_000 })
    expect(await settled(learner, 200_000)).toBeLessThanOrEqual(200_000)
    await learner.receive({ mode: 'full' })
    await until('everything is back', async () => (await flowing(learner)).length === 9)
    await learner.vanish()
  })
})
