/** Figures of fault tests, told one a line so that a run can be kept and compared. */
import { expect } from 'vitest'
import { percentile } from '../loadtest/run.ts'

/**
 * How many times a limit may be taken in `npm test`, which also has to pass on a busy machine: it proves that things
 * come back, and `npm run test:faults` that they do in time.
 */
const patience = Number(process.env.FAULT_PATIENCE ?? 1)

/** Tells the figures and expects their p95 (of one: itself) to keep the limit. */
export function keeps(name: string, values: number[], limit: number, unit = 'ms'): void {
  const p95 = percentile(values, 0.95) ?? Infinity
  const all = values.map((value) => Math.round(value * 1000) / 1000).join(', ')
  console.log(`FIGURE ${name}: ${all} ${unit}${values.length > 1 ? `, p95 ${p95}` : ''} (at most ${limit})`)
  expect(values.length, `${name}: measured`).toBeGreaterThan(0)
  expect(p95, name).toBeLessThanOrEqual(limit * patience)
}
