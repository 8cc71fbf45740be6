import { describe, expect, it } from 'vitest'
import { Reception } from './reception.ts'

const MB = 1_000_000
const peerId = '0198c0de-0000-7000-8000-000000000012'

/** A class of an hour in which this person would take a megabit a second. */
function inClass(budgetBytes: number | null) {
  const reception = new Reception({ mode: 'full', budgetBytes, beyond: false })
  let [second, used] = [0, 0]
  return {
    reception,
    run: (seconds: number) => {
      for (const end = second + seconds; second < end; second += 2) {
        used += (Math.min(1_000_000, reception.rule.maxBitrate ?? Infinity) * 2) / 8
        const stats = { roomId: peerId, peerId, nodeId: 'one', bytesIn: 0, bytesOut: used, consumers: 1 }
        const unknown = { rttMs: null, lossIn: null, lossOut: null, availableOut: null, protocol: null }
        const now = 1_000_000 + second * 1_000
        reception.measure([{ ...stats, ...unknown }], now)
        reception.decide({ now, usedBytes: used, secondsLeft: 3_600 - second })
      }
      return reception.view(used)
    },
  }
}

describe('a person with a budget', () => {
  it('is stepped down, and told that it was the budget', () => {
    expect(inClass(45 * MB).run(40)).toMatchObject({ wanted: 'full', mode: 'slides', reason: 'budget' })
  })

  it('without one receives as they chose', () => {
    expect(inClass(null).run(600)).toMatchObject({ wanted: 'full', mode: 'full', reason: 'chosen' })
  })

  it('goes beyond it when they choose a better mode; then it is only shown', () => {
    const { reception, run } = inClass(45 * MB)
    run(40)
    reception.choose({ mode: 'saver', budgetBytes: 45 * MB })
    expect(run(600)).toMatchObject({ wanted: 'saver', mode: 'saver', reason: 'chosen', budgetBytes: 45 * MB })
    expect(reception.rule).toEqual({ mode: 'saver', maxBitrate: null })
  })

  it('keeps it when they choose a mode that takes less', () => {
    const { reception, run } = inClass(100 * MB)
    reception.choose({ mode: 'saver', budgetBytes: 100 * MB })
    run(20)
    expect(reception.chosen.beyond).toBe(false)
    expect(reception.rule.maxBitrate).toBeLessThan(300_000)
  })

  it('has it kept again once they set it anew, higher or the same', () => {
    for (const budgetBytes of [46 * MB, 45 * MB]) {
      const { reception, run } = inClass(45 * MB)
      run(40)
      reception.choose({ mode: 'full', budgetBytes: 45 * MB })
      expect(run(10)).toMatchObject({ mode: 'full' })
      reception.choose({ mode: 'full', budgetBytes })
      expect(run(60)).toMatchObject({ reason: 'budget' })
    }
  })
})
