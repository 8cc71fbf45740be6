import { describe, expect, test } from 'vitest'
import { figuresOfJoins, headroomOf, percentile, turnShareOf } from './figures.ts'

test('joins are told by their middle, their slowest of twenty, and how many we refused', () => {
  const took = [...Array.from({ length: 19 }, () => 400), 5_000, null]
  expect(figuresOfJoins(took)).toEqual({ joins: 20, failed: 1, p50Ms: 400, p95Ms: 400 })
  expect(figuresOfJoins([...took, 5_000])).toMatchObject({ p95Ms: 5_000 })
  expect(figuresOfJoins([])).toEqual({ joins: 0, failed: 0, p50Ms: null, p95Ms: null })
})

test('a percentile is one of the values', () => {
  expect(percentile([3, 1, 2], 0.5)).toBe(2)
  expect(percentile([7], 0.95)).toBe(7)
})

describe('headroom', () => {
  test('counts in people like those who are there', () => {
    expect(headroomOf(50, 0.25, false)).toBe(150)
    expect(headroomOf(10, 0.5, false)).toBe(10)
  })

  test('is none on a full node, or one that is being emptied', () => {
    expect(headroomOf(10, 1, false)).toBe(0)
    expect(headroomOf(10, 0.1, true)).toBe(0)
  })

  test('is not guessed when nobody is there to compare with', () => {
    expect(headroomOf(0, 0, false)).toBeNull()
  })

  test('promises at most fifty times those who are there', () => {
    expect(headroomOf(2, 0, false)).toBe(100)
  })
})

test('the share on TURN is of those whose way is known', () => {
  expect(turnShareOf(['udp', 'turn-tls', null, 'tcp', 'turn-udp'])).toBe(0.5)
  expect(turnShareOf([null])).toBeNull()
})
