import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Audible } from './audible.ts'

let told: string[][]
let audible: Audible

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  audible = new Audible({
    changed: () => undefined,
    speakers: (speakers) => told.push(speakers.map(({ peerId }) => peerId)),
    loudest: () => undefined,
    fast: () => undefined,
  })
})
afterEach(() => {
  audible.close()
  vi.useRealTimers()
})

describe('who speaks', () => {
  it('is nobody when the last microphone closes, however shortly it was told before', () => {
    audible.add({ producerId: 'm', peerId: 'asha', mentor: false, paused: false, own: true })
    for (let ms = 0; ms < 500; ms += 20) {
      audible.level('m', -20)
      vi.advanceTimersByTime(20)
    }
    expect(told).toEqual([['asha']])
    audible.remove('m')
    vi.advanceTimersByTime(2_000)
    expect(told).toEqual([['asha'], []])
  })
})
