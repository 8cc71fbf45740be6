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
})
