/** Spans of time, in milliseconds: put together, cut and counted. */

export interface Interval {
  from: number
  to: number
}

/** The same time as spans that do not overlap or touch, in order. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const result: Interval[] = []
  for (const { from, to } of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (to <= from) continue
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else result.push({ from, to })
  }
  return result
}

/** What lies in both. */
export function common(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  const others = merged(other)
  return merged(one).flatMap((a) =>
    others.flatMap((b) => {
      const both = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }
      return both.from < both.to ? [both] : []
    }),
  )
}

/** Whole seconds, of time that counts once. */
export const secondsOf = (intervals: readonly Interval[]): number =>
  Math.round(merged(intervals).reduce((sum, { from, to }) => sum + to - from, 0) / 1000)
