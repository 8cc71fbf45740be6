import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flowing, openFullClass } from '../../sfu/test/full-class.ts'
import { until } from '../../sfu/test/until.ts'
import { keeps } from '../figures.ts'

let here: Awaited<ReturnType<typeof openFullClass>>

beforeAll(async () => {
  here = await openFullClass()
})
afterAll(() => here.close())

describe('a link of 180 kbit/s', () => {
  it('keeps the mentor’s voice, and pictures come back when it widens', async () => {
    const learner = await here.viewer('full')
    const heard = () => ({ ...learner.heardOf(here.ofMentor.microphone)! })
    const atFirst = heard()
    learner.down.narrowTo = 180_000
    await learner.down.rate(5)
    const settled = heard()
    await learner.down.rate(40)
    const last = heard()
    const lostFrom = (before: typeof last) => {
      const lost = last.lost - before.lost
      return lost / (lost + last.packets - before.packets)
    }
    keeps('mentor’s voice lost in 45 s from when the link became narrow', [lostFrom(atFirst) * 100], 10, '%')
    keeps('mentor’s voice lost in the last 40 s of these', [lostFrom(settled) * 100], 5, '%')
    expect(last.packets - atFirst.packets).toBeGreaterThan(1_000)
    learner.down.narrowTo = Infinity
    await until('pictures come back', async () => (await flowing(learner)).length === 9, 90_000)
    await learner.vanish()
  }, 160_000)
})
