import { describe, expect, it } from 'vitest'
import { LinkQueue } from './link-queue.ts'

const minute = 60_000
/** Heard twice a second from these minutes on, ten seconds each. */
const heard = (...rtts: [minutes: number, rttMs: number][]) => {
  const queue = new LinkQueue()
  for (const [minutes, rttMs] of rtts)
    for (let ms = 0; ms < 10_000; ms += 500) queue.hear(rttMs, minutes * minute + ms)
  return queue
}

describe('a link is full', () => {
  it('while its round trips take far longer than they did', () => {
    expect(heard([10, 60], [11, 900]).isFull).toBe(true)
    expect(heard([10, 60], [11, 900], [12, 80]).isFull).toBe(false)
  })

  it('not because it is far, and not before anything is known', () => {
    expect(heard().isFull).toBe(false)
    expect(heard([10, 600], [11, 640], [30, 620]).isFull).toBe(false)
  })

  it('not because one round trip is late', () => {
    const queue = heard([10, 60])
    queue.hear(900, 10.2 * minute)
    queue.hear(70, 10.21 * minute)
    queue.hear(900, 10.22 * minute)
    expect(queue.isFull).toBe(false)
  })

  it('as long as nobody knows that another way is just longer', () => {
    expect(heard([10, 60], [14, 700], [19, 700]).isFull).toBe(true)
    expect(heard([10, 60], [14, 700], [19, 700], [24, 700]).isFull).toBe(false)
  })
})
