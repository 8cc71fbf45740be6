/** A chart on a canvas, by uPlot, in the product's colours. In a file of its own: it is loaded when a chart is shown. */
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { clockTime } from '../lib/time.ts'
import type { Series } from './last-hour.ts'

export interface PlotWish {
  place: HTMLElement
  width: number
  height: number
  /** Top of the scale at least. */
  top?: number | undefined
  /** Custom properties of the lines' colours, in their order. */
  colours: readonly string[]
  say: (value: number) => string
  /** The point under the cursor; null: it left. */
  onPoint: (at: number | null) => void
}

export interface Plot {
  set(series: Series): void
  resize(width: number): void
  close(): void
}

/** At least so much time is shown. */
const leastSeconds = 600

const dashes = [[], [6, 3], [2, 3], [8, 3, 2, 3]]

const dataOf = ({ times, lines }: Series): UPlot.AlignedData => [times, ...lines.map(({ values }) => values)]

export function drawPlot(wish: PlotWish, series: Series): Plot {
  const style = getComputedStyle(wish.place)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const font = `12px ${colour('--font')}`
  const axis = { stroke: colour('--ink-soft'), font, ticks: { show: false } }
  const grid = { stroke: colour('--line'), width: 1 }
  const plot = new UPlot(
    {
      width: wish.width,
      height: wish.height,
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        // A server that has just started: a short line at the right, not one point stretched over all.
        x: { range: (_, low, high) => [Math.min(low, high - leastSeconds), high] },
        y: { range: (_, __, high) => [0, Math.max(wish.top ?? 0, high * 1.1) || 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          space: 70,
          values: (_, ticks) => ticks.map((t) => clockTime(t * 1_000)),
        },
        { ...axis, grid, size: 72, space: 34, values: (_, ticks) => ticks.map((tick) => wish.say(tick)) },
      ],
      series: [
        {},
        ...series.lines.map(({ label }, at) => ({
          label,
          stroke: colour(wish.colours[at % wish.colours.length] ?? '--accent'),
          dash: dashes[at % dashes.length] ?? [],
          width: 1.75,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [({ cursor: { idx } }) => wish.onPoint(idx ?? null)] },
    },
    dataOf(series),
    wish.place,
  )
  return {
    set: (next) => plot.setData(dataOf(next)),
    resize: (width) => plot.setSize({ width, height: wish.height }),
    close: () => plot.destroy(),
  }
}
