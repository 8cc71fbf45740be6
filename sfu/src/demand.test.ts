import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Demand } from './demand.ts'

const told: [string, number][] = []
let demand: Demand

beforeEach(() => {
  vi.useFakeTimers()
  told.length = 0
  demand = new Demand((producerId, layer) => told.push([producerId, layer]))
})
afterEach(() => {
  demand.close()
  vi.useRealTimers()
})

describe('what a publisher is told to send', () => {
  it('rises at once and falls when less was wanted for three seconds', () => {
    demand.want('camera', 'asha', 0)
    vi.advanceTimersByTime(3_000)
    expect(told).toEqual([['camera', 0]])
    demand.want('camera', 'ravi', 2)
    expect(told.at(-1)).toEqual(['camera', 2])
    demand.want('camera', 'ravi', null)
    vi.advanceTimersByTime(2_900)
    expect(told).toHaveLength(2)
    vi.advanceTimersByTime(200)
    expect(told.at(-1)).toEqual(['camera', 0])
  })

  it('is told at once when the first looks at what another node sends', () => {
    demand.want('far camera', 'asha', 1)
    expect(told).toEqual([['far camera', 1]])
    expect(demand.toldOf('far camera')).toBe(1)
    demand.want('far camera', 'asha', null)
    vi.advanceTimersByTime(10_000)
    expect(told.at(-1)).toEqual(['far camera', -1])
  })

  it('does not change while somebody scrolls past and back', () => {
    demand.want('camera', 'asha', 1)
    vi.advanceTimersByTime(3_000)
    for (let n = 0; n < 5; n++) {
      demand.want('camera', 'asha', null)
      vi.advanceTimersByTime(1_000)
      demand.want('camera', 'asha', 1)
    }
    vi.advanceTimersByTime(10_000)
    expect(told).toEqual([['camera', 1]])
  })

  it('is nothing when nobody looks, but not before a new picture had its chance', () => {
    demand.open('camera')
    vi.advanceTimersByTime(4_900)
    expect(told).toEqual([])
    vi.advanceTimersByTime(200)
    expect(told).toEqual([['camera', -1]])
  })

  it('forgets who has gone and what was closed', () => {
    demand.want('camera', 'asha', 2)
    demand.want('screen', 'asha', 0)
    vi.advanceTimersByTime(3_000)
    demand.forget('screen')
    demand.forgetBy('asha')
    vi.advanceTimersByTime(10_000)
    expect(told).toEqual([
      ['camera', 2],
      ['screen', 0],
      ['camera', -1],
    ])
    expect(vi.getTimerCount()).toBe(0)
  })
})
