import { describe, expect, it } from 'vitest'
import { cpuPicks, rowsOf, seriesOf, withSample } from './last-hour.ts'

const sample = (second: number, cpu: Record<string, number> = {}) => ({
  at: new Date(second * 1_000).toISOString(),
  rooms: 1,
  people: second,
  bitsIn: 0,
  bitsOut: 0,
  joinP95Ms: null,
  turnShare: null,
  cpu,
})

describe('the last hour', () => {
  it('goes on with each new point, and forgets what is older', () => {
    const samples = [sample(0), sample(10)]
    expect(withSample(samples, sample(20))).toHaveLength(3)
    expect(withSample(samples, sample(3_605)).map(({ people }) => people)).toEqual([10, 3_605])
  })

  it('takes the same point once', () => {
    const samples = [sample(10)]
    expect(withSample(samples, sample(10))).toBe(samples)
  })

  it('has a hole where nothing was measured', () => {
    const { times, lines } = seriesOf([sample(0), sample(10), sample(100)], { people: (s) => s.people })
    expect(times).toEqual([0, 10, 99, 100])
    expect(lines).toEqual([{ label: 'people', values: [0, 10, null, 100] }])
  })

  it('has a line for each node, also for one that came later', () => {
    const samples = [sample(0, { b: 0.1 }), sample(10, { a: 0.2, b: 0.3 })]
    expect(seriesOf(samples, cpuPicks(samples)).lines).toEqual([
      { label: 'a', values: [null, 0.2] },
      { label: 'b', values: [0.1, 0.3] },
    ])
  })

  it('can be read as a short table, newest first', () => {
    const samples = Array.from({ length: 30 }, (_, at) => sample(at * 10))
    const rows = rowsOf(seriesOf(samples, { people: (s) => s.people }), 10)
    expect(rows).toHaveLength(10)
    expect(rows[0]).toEqual({ time: 290, values: [290] })
  })
})
