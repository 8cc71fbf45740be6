/** The points of the last hour as charts and tables want them. */
import type { Sample } from '@peerlearn/contract/admin'

const hourMs = 3_600_000
/** Points further apart than this have a hole between them: nobody measured. */
const holeMs = 25_000

export interface Line {
  label: string
  values: (number | null)[]
}

export interface Series {
  /** Seconds since 1970, as uPlot counts. */
  times: number[]
  lines: Line[]
}

/** The points with a newer one behind, as far back as an hour; the same points when it is known already. */
export function withSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1)
  if (last && last.at >= next.at) return samples
  const from = Date.parse(next.at) - hourMs
  return [...samples.filter(({ at }) => Date.parse(at) > from), next]
}

type Pick = (sample: Sample) => number | null

/** One line for each pick, with holes where nothing was measured. */
export function seriesOf(samples: readonly Sample[], picks: Record<string, Pick>): Series {
  const points = samples.flatMap((sample, at): (Sample | number)[] => {
    const before = samples[at - 1]
    const time = Date.parse(sample.at)
    const hole = before && time - Date.parse(before.at) > holeMs
    return hole ? [time / 1_000 - 1, sample] : [sample]
  })
  return {
    times: points.map((point) => (typeof point === 'number' ? point : Date.parse(point.at) / 1_000)),
    lines: Object.entries(picks).map(([label, pick]) => ({
      label,
      values: points.map((point) => (typeof point === 'number' ? null : pick(point))),
    })),
  }
}

/** A pick for the CPU of each node that there was. */
export const cpuPicks = (samples: readonly Sample[]): Record<string, Pick> =>
  Object.fromEntries(
    [...new Set(samples.flatMap(({ cpu }) => Object.keys(cpu)))]
      .sort()
      .map((node) => [node, ({ cpu }: Sample) => cpu[node] ?? null]),
  )

export interface TableRow {
  time: number
  values: (number | null)[]
}

/** The series in a dozen rows, the newest first, for those who read it. */
export function rowsOf({ times, lines }: Series, most = 12): TableRow[] {
  const step = Math.max(1, Math.ceil(times.length / most))
  return times
    .map((time, at) => ({ time, values: lines.map(({ values }) => values[at] ?? null) }))
    .reverse()
    .filter((_, at) => at % step === 0)
}
