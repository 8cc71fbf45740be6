import { describe, expect, it } from 'vitest'
import { retryDelay } from './retry-delay.ts'

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

  it('differs from one person to the next', () => {
    expect(retryDelay(3, false, () => 0)).toBeLessThan(retryDelay(3, false, () => 0.99))
  })

  it('is long when the server said that there were too many', () => {
    expect(retryDelay(0, true, middle)).toBe(8000)
  })
})
