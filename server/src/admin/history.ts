/** The last hour in points of ten seconds, in this server's memory. */
import type { Sample } from '@peerlearn/contract/admin'
import { mean } from './figures.ts'

export const everySeconds = 10
const kept = 3_600 / everySeconds

export class History {
  readonly #samples: Sample[] = []
  #since: Sample[] = []

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  get newest(): Sample | null {
    return this.#samples.at(-1) ?? null
  }

  /** Takes what was measured now; once in ten seconds it makes a point of it. */
  add(now: Sample): void {
    this.#since.push(now)
    const first = this.#since[0] ?? now
    // Half a second of patience: a tick that comes a little early is not left for the next one.
    if (Date.parse(now.at) - Date.parse(first.at) < everySeconds * 1_000 - 500) return
    this.#samples.push(pointOf(this.#since, now))
    if (this.#samples.length > kept) this.#samples.shift()
    this.#since = [now]
  }
}

/** Rates are means over the ten seconds, so that a chart's area is what really went through. */
function pointOf(ticks: Sample[], last: Sample): Sample {
  const cpu = Object.keys(last.cpu).map((node) => [node, mean(ticks.map((tick) => tick.cpu[node] ?? 0)) ?? 0])
  return {
    ...last,
    bitsIn: mean(ticks.map(({ bitsIn }) => bitsIn)) ?? 0,
    bitsOut: mean(ticks.map(({ bitsOut }) => bitsOut)) ?? 0,
    cpu: Object.fromEntries(cpu) as Record<string, number>, // built of pairs just above
  }
}
