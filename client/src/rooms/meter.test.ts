import { describe, expect, it } from 'vitest'
import { Meter } from './meter.ts'

const sample = (bytes: number, packets = 0, pair: string | null = 'pair') => ({
  pair,
  bytes,
  packetsIn: packets,
  packetsOut: 0,
})

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

  it('counts nothing twice when a way is lost, and found again', () => {
    const meter = new Meter()
    meter.add('recv', sample(10_000, 0, 'direct'))
    // Between two ways a browser tells of the transport alone.
    meter.add('recv', sample(0, 300, null))
    meter.add('recv', sample(500, 0, 'relay'))
    meter.add('recv', sample(10_100, 0, 'direct'))
    expect(meter.read(0).bytes).toBe(10_600)
  })

  it('says how much an hour of this would take', () => {
    const meter = new Meter()
    meter.read(0)
    meter.add('a', sample(10_000))
    expect(meter.read(1000).perHour).toBe(36_000_000)
    expect(meter.read(60_000).perHour).toBe(0)
  })
})
