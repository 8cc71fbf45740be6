import { describe, expect, it } from 'vitest'
import { openLimit, retryDelay } from './retry-delay.ts'

const middle = () => 0.5

describe('the wait before the next try to connect', () => {
  it('is short enough at first that a restarted server is not noticed', () => {
    expect(retryDelay(0, false, middle)).toBeLessThanOrEqual(150)
  })

  it('grows, and never beyond twelve seconds', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 60].map((tries) => retryDelay(tries, false, middle))
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(retryDelay(1000, false, () => 1)).toBeLessThanOrEqual(12_000)
  })

  it('is short enough for as long as a lost seat is kept that a class is back soon after its network is', () => {
    let waitedMs = 0
    for (let tries = 0; waitedMs < 55_000; tries++) {
      expect(retryDelay(tries, false, () => 1)).toBeLessThanOrEqual(3000)
      waitedMs += retryDelay(tries, false, middle)
    }
  })

  it('differs from one person to the next', () => {
    expect(retryDelay(3, false, () => 0)).toBeLessThan(retryDelay(3, false, () => 0.99))
  })

  it('is long when the server said that there were too many', () => {
    expect(retryDelay(0, true, middle)).toBe(8000)
  })
})

describe('the time for one try to connect', () => {
  it('leaves a slow network enough in one of three, and holds the next ones up less', () => {
    expect([0, 1, 2, 3, 4, 5].map((unanswered) => openLimit(unanswered, true))).toEqual([
      2000, 2000, 4000, 2000, 2000, 4000,
    ])
  })

  it('is long where nothing is lost by waiting', () => {
    expect(openLimit(0, false)).toBe(4000)
  })
})
