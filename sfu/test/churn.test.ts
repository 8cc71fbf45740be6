import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comeAndGo, counts, memory, openSides } from './churn.ts'
import type { Side } from './churn.ts'
import { until } from './until.ts'

/** CHURN_ROOMS=200 is the long run; what it leaves behind in memory is only seen there. */
const rooms = Number(process.env.CHURN_ROOMS ?? 12)
const atOnce = 4
const endings = ['closed', 'left', 'unlinked'] as const
let sides: Side[]

const run = async (count: number) => {
  let [next, piped] = [0, 0]
  const some = async () => {
    while (next < count) piped += await comeAndGo(sides, endings[next++ % endings.length]!)
  }
  await Promise.all(Array.from({ length: atOnce }, some))
  return piped
}

beforeAll(async () => {
  sides = await openSides()
})
afterAll(() => Promise.all(sides.map(({ node }) => node.close())))

describe('a node', () => {
  it(`has everything back after ${rooms} rooms of ten over two nodes came and went`, async () => {
    await run(rooms >= 100 ? 40 : 8) // what is made once and kept is there from then on
    const settled = (what: string, like: string) =>
      until(what, async () => JSON.stringify(await counts(sides)) === like, 15_000)
    let before = await counts(sides)
    await until('the timers of the warm-up have ended', async () => {
      const now = JSON.stringify(await counts(sides))
      const same = now === JSON.stringify(before)
      before = JSON.parse(now) as typeof before
      return same
    })
    const bytes = memory(sides)
    const piped = await run(rooms)
    expect(piped).toBeGreaterThan(rooms)
    await settled('all counts are as before', JSON.stringify(before)).catch(async () => {
      expect(await counts(sides)).toEqual(before)
    })
    for (const { inNode } of before.workers)
      expect(Object.values(inNode).filter((count) => count !== 0)).toEqual([])
    const after = memory(sides)
    console.log(`${rooms} rooms, ${piped} pipes; memory before and after:`, bytes, after)
    if (rooms < 100) return
    expect(after.workers / bytes.workers).toBeLessThan(1.05)
    expect(after.heap / bytes.heap).toBeLessThan(1.05)
  }, 600_000)
})
