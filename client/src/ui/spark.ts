/**
 * The path of a sparkline through values, over a box of the given size; a flat line for all alike (zeros at the bottom), ''
 * for none. With `top` the scale goes from 0 to that at least, as a share's does.
 */
export function sparkPath(values: readonly number[], width: number, height: number, top?: number): string {
  if (values.length === 0) return ''
  const low = Math.min(...values, ...(top === undefined ? [] : [0]))
  const range = Math.max(...values, ...(top === undefined ? [] : [top])) - low
  const flat = low === 0 ? height : height / 2
  const step = values.length > 1 ? width / (values.length - 1) : 0
  const y = (value: number) => (range === 0 ? flat : height - ((value - low) / range) * height)
  const points = values.map((value, at) => `${round(at * step)} ${round(y(value))}`)
  return points.length === 1 ? `M0 ${round(y(values[0] ?? 0))}H${width}` : `M${points.join('L')}`
}

const round = (n: number) => Math.round(n * 100) / 100
