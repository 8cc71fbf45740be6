import { expect, test } from 'vitest'
import { History } from './history.ts'

const at = (second: number, cpu: number) => ({
  at: new Date(second * 1_000).toISOString(),
  rooms: 1,
  people: second,
  bitsIn: cpu * 10,
  bitsOut: 0,
  joinP95Ms: null,
  turnShare: null,
  cpu: { 'sfu-1': cpu },
})

test('ten seconds are one point: the last counts, and the mean of what flowed', () => {
  const history = new History()
  for (let second = 0; second <= 10; second++) history.add(at(second, second))
  expect(history.samples).toEqual([{ ...at(10, 5), bitsIn: 50 }])
  expect(history.newest?.people).toBe(10)
})

test('keeps one hour', () => {
  const history = new History()
  for (let second = 0; second <= 5_000; second += 10) history.add(at(second, 1))
  expect(history.samples).toHaveLength(360)
  expect(history.newest?.people).toBe(5_000)
})
