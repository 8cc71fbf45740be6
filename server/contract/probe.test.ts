import { describe, expect, it } from 'vitest'
import { FillRate, growingFill, probeLimits, readFrame, writeFrame } from './probe.ts'
import type { ProbeFrame } from './probe.ts'

describe('what a probe’s channel carries', () => {
  it.each<ProbeFrame>([
    { kind: 'ping', number: 7, heard: 4_000_000_000 },
    { kind: 'fill' },
    { kind: 'start', bits: 1_000_000 },
    { kind: 'came', bits: 8_000_000 },
  ])('is read as it was written: $kind', (frame) => {
    expect(readFrame(writeFrame(frame))).toEqual(frame)
  })

  it('is nothing when it is anything else', () => {
    expect(readFrame(new Uint8Array())).toBeUndefined()
    expect(readFrame(new Uint8Array([0, 1, 2]))).toBeUndefined()
    expect(readFrame(new Uint8Array([9]))).toBeUndefined()
  })

  it('fits one packet', () => {
    expect(writeFrame({ kind: 'fill' }).length).toBeLessThanOrEqual(probeLimits.maxMessageBytes)
  })
})

describe('the rate of a fill', () => {
  const rateOf = (stretches: { ms: number; every: number; bytes: number }[]) => {
    const rate = new FillRate()
    let now = 1
    for (const { ms, every, bytes } of stretches)
      for (const end = now + ms; now < end; now += every) rate.add(bytes, now)
    return rate.bits
  }

  it('is that of its best stretch, whatever congestion control did before and after', () => {
    const slow = { ms: 700, every: 10, bytes: 100 }
    const bits = rateOf([slow, { ms: 600, every: 10, bytes: 10_000 }, slow])
    expect(bits).toBeGreaterThan(7_700_000)
    expect(bits).toBeLessThan(8_100_000)
  })

  it('is right for a link that takes a packet now and then', () => {
    const bits = rateOf([{ ms: 2_000, every: 200, bytes: 1_100 }])
    expect(bits).toBeGreaterThan(40_000)
    expect(bits).toBeLessThan(50_000)
  })

  it('is little when little came, and nothing before', () => {
    expect(rateOf([{ ms: 100, every: 50, bytes: 1_100 }])).toBeLessThan(10_000)
    expect(new FillRate().bits).toBe(0)
  })

  it('grows to what it may be in time to stay there', () => {
    expect(growingFill(0)).toBeLessThan(300_000)
    expect(growingFill(probeLimits.fillMs * 0.6)).toBe(probeLimits.fillBits)
  })
})
