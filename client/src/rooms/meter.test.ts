import { describe, expect, it } from 'vitest'
import { Meter } from './meter.ts'

const sample = (bytes: number, packets = 0) => ({ bytes, packetsIn: packets, packetsOut: 0 })

describe('the data meter', () => {
  it('counts every byte on the wire once, over all transports of the session', () => {
    const meter = new Meter()
    meter.add('recv', sample(1000, 10))
    meter.add('recv', sample(3000, 20))
    meter.add('send', sample(500))
    expect(meter.read(0).bytes).toBe(3000 + 20 * 28 + 500)
  })

  it('goes on when transports are made anew or find another way', () => {
    const meter = new Meter()
    meter.add('a', sample(1000))
    meter.add('a', sample(200))
    meter.add('b', sample(300))
    expect(meter.read(0).bytes).toBe(1500)
  })

  it('says how much an hour of this would take', () => {
    const meter = new Meter()
    meter.read(0)
    meter.add('a', sample(10_000))
    expect(meter.read(1000).perHour).toBe(36_000_000)
    expect(meter.read(60_000).perHour).toBe(0)
  })
})
