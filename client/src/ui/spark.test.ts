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

it('draws nothing but zeros at the bottom, not as if they were half', () => {
  expect(sparkPath([0, 0], 100, 20)).toBe('M0 20L100 20')
  expect(sparkPath([0], 100, 20)).toBe('M0 20H100')
})

it('draws a share as high as it is, however little it changes', () => {
  expect(sparkPath([0.25, 0.25], 100, 20, 1)).toBe('M0 15L100 15')
  expect(sparkPath([0, 0.5], 100, 20, 1)).toBe('M0 20L100 10')
})
