/** One measured figure beside its goal. A figure without a goal of its own is told for comparison (`ok` is true). */
export interface Figure {
  name: string
  value: number
  unit: string
  goal: string
  ok: boolean
}

export type Benchmark = () => Promise<Figure | Figure[]>

/** The middle value; of an even number of them, the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
