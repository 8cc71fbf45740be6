import { expect, test } from 'vitest'
import { basisPointsOf, percentOf } from './percent.ts'

test.each([
  ['10', 1_000],
  [' 7.25 % ', 725],
  ['0', 0],
  ['100', 10_000],
  ['12.5', 1_250],
])('a fee of %s per cent is %i hundredths', (typed, points) => {
  expect(basisPointsOf(typed)).toBe(points)
  expect(basisPointsOf(percentOf(points))).toBe(points)
})

test.each(['', '-1', '101', '100.01', '7.255', 'ten', '1e2'])('%s is no fee', (typed) => {
  expect(basisPointsOf(typed)).toBeUndefined()
})
