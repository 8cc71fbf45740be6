/** The path of a sparkline through values, over a box of the given size; a flat line for all alike, '' for none. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  if (values.length === 0) return ''
  const low = Math.min(...values)
  const range = Math.max(...values) - low
  const step = values.length > 1 ? width / (values.length - 1) : 0
  const y = (value: number) => (range === 0 ? height / 2 : height - ((value - low) / range) * height)
  const points = values.map((value, at) => `${round(at * step)} ${round(y(value))}`)
  return points.length === 1 ? `M0 ${round(y(values[0] ?? 0))}H${width}` : `M${points.join('L')}`
}

const round = (n: number) => Math.round(n * 100) / 100
