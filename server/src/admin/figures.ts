/** Small sums over what was measured. */
import type { JoinFigures } from '@peerlearn/contract/admin'

export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** null of nothing. */
export const mean = (numbers: readonly number[]): number | null =>
  numbers.length === 0 ? null : sum(numbers) / numbers.length

/** The value below which this share of them lies, by nearest rank; null of nothing. */
export function percentile(numbers: readonly number[], share: number): number | null {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

export const known = <T>(values: readonly (T | null | undefined)[]): T[] =>
  values.filter((value): value is T => value !== null && value !== undefined)

/** `took`: milliseconds of each join, null of one that we refused. */
export function figuresOfJoins(took: readonly (number | null)[]): JoinFigures {
  const done = known(took)
  return {
    joins: done.length,
    failed: took.length - done.length,
    p50Ms: percentile(done, 0.5),
    p95Ms: percentile(done, 0.95),
  }
}

/** Below this a node's load says little about what one person costs. */
const leastLoad = 0.02

/**
 * How many more people like those who are there a node takes, from what they make of its load. Of a node that idles it
 * never promises more than fifty times those who are there.
 */
export function headroomOf(people: number, load: number | null, isDraining: boolean): number | null {
  if (isDraining || (load !== null && load >= 1)) return 0
  if (people === 0 || load === null) return null
  const each = Math.max(load, leastLoad) / people
  return Math.max(0, Math.floor((1 - load) / each))
}

/** Null when nobody's way is known. */
export function turnShareOf(ways: readonly (string | null)[]): number | null {
  const told = known(ways)
  return mean(told.map((way) => (way.startsWith('turn') ? 1 : 0)))
}
