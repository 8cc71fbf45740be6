import { describe, expect, it } from 'vitest'
import { FlowWatch } from './flow-watch.ts'

/** Samples every half second: packets that came in each. Answers when the way was doubted, in ms. */
function doubts(arrivals: number[]): number[] {
  const watch = new FlowWatch()
  let packets = 0
  return arrivals.flatMap((more, index) => (watch.count(index * 500, (packets += more)) ? [index * 500] : []))
}

describe('packets that stop coming', () => {
  it('are missed within a second where pictures came', () => {
    expect(doubts([20, 20, 20, 20, 20, 0, 0, 0, 0])).toEqual([3000])
  })

  it('are missed within two seconds where only a voice came that pauses', () => {
    expect(doubts([2, 1, 1, 2, 1, 1, 0, 0, 0, 0, 0])).toEqual([4500])
  })

  it('are not missed where nothing was coming', () => {
    expect(doubts([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])).toEqual([])
  })

  it('are missed once, until some come again', () => {
    const on = [20, 20, 20, 20]
    const off = [0, 0, 0, 0, 0, 0]
    expect(doubts([...on, ...off, ...off, ...on, ...off])).toHaveLength(2)
  })

  it('are missed by somebody who has just come', () => {
    expect(doubts([0, 20, 0, 0, 0])).toEqual([1500])
    expect(doubts([40, 0, 0, 0])).toEqual([1000])
  })

  it('are not missed when little came at first, nor right after less was announced', () => {
    expect(doubts([3, 0, 0, 0, 0, 0])).toEqual([])
    const watch = new FlowWatch()
    const count = (at: number, packets: number) => watch.count(at, packets)
    for (let at = 0; at <= 3000; at += 500) count(at, at)
    watch.excuse()
    expect([3500, 4000, 4500, 5000, 6000].map((at) => count(at, 3100))).not.toContain(true)
  })

  it('are looked for, for a while, when little came at first, and count with another sign', () => {
    const watch = new FlowWatch()
    const hushed = [0, 8, 8, 8, 8, 8, 8, 8, 8, 8].map((packets, index) => {
      watch.count(index * 500, packets)
      return watch.hushed(index * 500)
    })
    expect(hushed).toEqual([false, false, false, true, true, true, true, false, false, false])
    expect(watch.isQuiet).toBe(true)
    watch.count(5000, 9)
    expect(watch.isQuiet).toBe(false)
  })

  it('do not count as quiet between two looks, nor where nothing is due', () => {
    const steady = new FlowWatch()
    for (let at = 0; at <= 3000; at += 500) steady.count(at, at, at - 100)
    expect(steady.isQuiet).toBe(false)
    const [silent, excused] = [new FlowWatch(), new FlowWatch()]
    for (let at = 0; at <= 3000; at += 500) silent.count(at, 0)
    for (let at = 0; at <= 3000; at += 500) excused.count(at, at)
    excused.excuse()
    for (let at = 3500; at <= 8000; at += 500) excused.count(at, 3000)
    expect([silent.isQuiet, excused.isQuiet]).toEqual([false, false])
  })

  it('are missed from when the last of them came', () => {
    const watch = new FlowWatch()
    for (let at = 0; at <= 3000; at += 500) watch.count(at, at, at - 400)
    expect(watch.hushed(3100)).toBe(true)
    expect([watch.count(3500, 3000), watch.count(3600, 3000)]).toEqual([false, true])
    expect(watch.silentSince).toBe(2600)
  })
})
