import { redundantOf } from '@peerlearn/contract/media'
import { describe, expect, it } from 'vitest'
import { isRedundant, Need, plainOf } from './redundancy.ts'

const looks = (need: Need, loss: number, seconds: number) => {
  for (let second = 0; second < seconds; second++) need.judge(loss)
  return need.on
}

describe('a voice is heard in RED', () => {
  it('after some seconds in which much was lost, not after one', () => {
    const need = new Need()
    expect(looks(need, 0.3, 1)).toBe(false)
    expect(looks(need, 0, 30)).toBe(false)
    expect(looks(need, 0.3, 6)).toBe(true)
  })

  it('not for the little that FEC mends', () => {
    expect(looks(new Need(), 0.04, 600)).toBe(false)
  })

  it('not over a link that is full', () => {
    const need = new Need()
    for (let second = 0; second < 60; second++) need.judge(0.3, true)
    expect(need.on).toBe(false)
    expect(looks(need, 0.3, 6)).toBe(true)
    need.judge(0.3, true)
    expect(need.on).toBe(false)
  })

  it('not where it makes things worse; the next try comes later each time', () => {
    const need = new Need()
    const failing = () => {
      let seconds = 0
      for (; !need.on; seconds++) need.judge(0.08)
      for (let second = 0; second < 10; second++) need.judge(0.4)
      expect(need.on).toBe(false)
      return seconds
    }
    const [first, second, third] = [failing(), failing(), failing()]
    expect(first).toBeLessThan(10)
    expect(second).toBeGreaterThan(45)
    expect(third).toBeGreaterThan(second * 1.8)
  })

  it('though the radio becomes worse later', () => {
    const need = new Need()
    looks(need, 0.08, 40)
    expect(looks(need, 0.5, 60)).toBe(true)
  })

  it('until hardly anything was lost for half a minute', () => {
    const need = new Need()
    looks(need, 0.2, 10)
    expect(looks(need, 0.03, 120)).toBe(true)
    expect(looks(need, 0, 25)).toBe(true)
    looks(need, 0.2, 2)
    expect(looks(need, 0, 25)).toBe(true)
    expect(looks(need, 0, 30)).toBe(false)
  })
})

it('names the producer in RED after its microphone', () => {
  expect(plainOf(redundantOf('a'))).toBe('a')
  expect([isRedundant(redundantOf('a')), isRedundant('a')]).toEqual([true, false])
  expect(plainOf('a')).toBe('a')
})
