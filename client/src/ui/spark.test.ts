import { expect, it } from 'vitest'
import { sparkPath } from './spark.ts'

it('draws the highest value on top and the lowest at the bottom', () => {
  expect(sparkPath([0, 5, 10], 100, 20)).toBe('M0 20L50 10L100 0')
})

it('draws a flat line for equal values, and for a single one', () => {
  expect(sparkPath([3, 3], 100, 20)).toBe('M0 10L100 10')
  expect(sparkPath([3], 100, 20)).toBe('M0 10H100')
  expect(sparkPath([], 100, 20)).toBe('')
})
