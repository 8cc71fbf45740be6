import { expect, it } from 'vitest'
import { PingCount } from './ping-count.ts'

/** Ten pings, one every 20 ms; `up` and `down` name those that are lost on the way to the node and back. */
function tenPings({ up = [] as number[], down = [] as number[], rtt = 40 } = {}) {
  const count = new PingCount()
  let heard = 0
  for (let at = 0; at < 10; at++) {
    const number = count.sent(at * 20)
    if (up.includes(number)) continue
    heard++
    if (!down.includes(number)) count.back({ kind: 'ping', number, heard }, at * 20 + rtt)
  }
  return count
}

it('knows the round trip, and that nothing was lost', () => {
  expect(tenPings()).toMatchObject({ complete: true, result: { rttMs: 40, lossUp: 0, lossDown: 0 } })
})

it('tells what was lost on the way to the node from what was lost on the way back', () => {
  expect(tenPings({ up: [2, 5] }).result).toMatchObject({ lossUp: 0.2, lossDown: 0 })
  expect(tenPings({ down: [2, 5] }).result).toMatchObject({ lossUp: 0, lossDown: 0.2 })
  expect(tenPings({ up: [2, 5] }).complete).toBe(false)
})

it('knows nothing when nothing came back', () => {
  const all = Array.from({ length: 10 }, (_, number) => number)
  expect(tenPings({ down: all }).result).toEqual({ rttMs: null, lossUp: null, lossDown: null })
})

it('is not misled by answers in another order, or to what was never asked', () => {
  const count = new PingCount()
  const [a, b] = [count.sent(0), count.sent(10)]
  count.back({ kind: 'ping', number: b, heard: 2 }, 50)
  count.back({ kind: 'ping', number: a, heard: 1 }, 60)
  count.back({ kind: 'ping', number: 99, heard: 3 }, 70)
  expect(count.result).toMatchObject({ lossUp: 0, lossDown: 0 })
})
