import { describe, expect, it } from 'vitest'
import { FloodWatch } from './flood.ts'

const allowed = { all: 4_000_000, sound: 250_000 }

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** Readings every two seconds of so many bits a second. */
function judged(rates: { all: number; sound: number }[]): boolean[] {
  const watch = new FloodWatch(0)
  const sent = { all: 0, sound: 0 }
  return rates.map(({ all, sound }, n) => {
    sent.all += all / 4
    sent.sound += sound / 4
    return watch.look({ ...sent }, allowed, (n + 1) * 2_000)
  })
}

describe('what somebody sends', () => {
  it('is no flood within what is allowed, nor for a moment beyond it', () => {
    expect(judged(times(5, { all: 6_000_000, sound: 400_000 }))).not.toContain(true)
    const burst = { all: 50_000_000, sound: 0 }
    expect(judged([burst, burst, { all: 0, sound: 0 }, burst, burst])).not.toContain(true)
  })

  it('is one when it is far more for some seconds, be it sound alone', () => {
    expect(judged(times(3, { all: 9_000_000, sound: 0 }))).toEqual([false, false, true])
    expect(judged(times(3, { all: 600_000, sound: 600_000 }))).toEqual([false, false, true])
  })
})
