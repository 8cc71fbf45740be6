/** Bytes that the class took on this device, and how fast: from the transports' own counters, with UDP and IP on top. */
import type { PathSample } from './link-stats.ts'

export interface MeterReading {
  /** This session, both ways. */
  bytes: number
  /** Bytes an hour, as in the last seconds. */
  perHour: number
}

const headerBytes = 28
const windowMs = 20_000
const hourMs = 3_600_000

export class Meter {
  #bytes = 0
  /** Transport and pair of candidates → what that had counted. */
  #seen = new Map<string, number>()
  #points: { at: number; bytes: number }[] = []

  /** The counters of one transport; each of its ways (after an ICE restart, say) counts from zero, and may be come back to. */
  add(transportId: string, sample: Pick<PathSample, 'pair' | 'bytes' | 'packetsIn' | 'packetsOut'>): void {
    if (sample.pair === null) return
    const key = `${transportId} ${sample.pair}`
    const total = sample.bytes + headerBytes * (sample.packetsIn + sample.packetsOut)
    const before = this.#seen.get(key) ?? 0
    this.#bytes += total >= before ? total - before : total
    this.#seen.set(key, total)
  }

  /** What was taken up to now. */
  read(at: number): MeterReading {
    this.#points.push({ at, bytes: this.#bytes })
    while (at - (this.#points[0]?.at ?? at) > windowMs) this.#points.shift()
    const first = this.#points[0]
    const spanMs = first ? at - first.at : 0
    const perHour = first && spanMs > 0 ? ((this.#bytes - first.bytes) * hourMs) / spanMs : 0
    return { bytes: this.#bytes, perHour: Math.round(perHour) }
  }
}
