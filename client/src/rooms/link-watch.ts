/** Asks all transports for their statistics twice a second: what flows, what it costs, how good it is. No Svelte. */
import type { Way } from '@peerlearn/contract/media'
import { readPath } from './link-stats.ts'
import type { PathSample } from './link-stats.ts'
import type { MediaPath } from './media-path.ts'
import type { Media } from './media.ts'
import { Meter } from './meter.ts'
import type { MeterReading } from './meter.ts'

/** The last seconds of the link; null is not known. */
export interface LinkQuality {
  way: Way | null
  rttMs: number | null
  lossDown: number | null
  concealed: number | null
}

interface Ports {
  lines: () => readonly Media[]
  onMeter: (reading: MeterReading) => void
  onTick: (at: number) => void
  /** Nothing comes, though not for long: once in each silence. */
  onHush: () => void
}

/** Packets sent between two looks, of which the node would tell that they came. */
const answeredPackets = 5

const everyMs = 500
/** The next look when something may be wrong. */
const soonMs = 200
/** The meter is drawn: once a second is enough. */
const ticksOfMeter = 2

const share = (part: number, whole: number) => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : null)

export class LinkWatch {
  #ports: Ports
  #last = new WeakMap<MediaPath, PathSample>()
  #meter = new Meter()
  #timer: ReturnType<typeof setInterval> | undefined
  #ticks = 0
  #busy = false
  #soon: ReturnType<typeof setTimeout> | undefined
  #hushed = false
  #aliveAt = 0
  #silentSince: number | null = null
  /** Since the last report. */
  #counted = { received: 0, lost: 0, samples: 0, concealed: 0 }
  #way: Way | null = null
  #rttMs: number | null = null

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** When something last came from the node, be it only an answer of ICE. */
  get aliveAt(): number {
    return this.#aliveAt
  }

  /** Milliseconds, of the way to the node; null is not known. */
  get rttMs(): number | null {
    return this.#rttMs
  }

  /** Since when nothing comes that should; null while it does. */
  get silentSince(): number | null {
    return this.#silentSince
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#tick(), everyMs)
  }

  /** Looks at once instead of at the next tick. */
  look(): void {
    if (this.#timer) void this.#tick()
  }

  /** How the link was since the last call. */
  takeQuality(): LinkQuality {
    const { received, lost, samples, concealed } = this.#counted
    this.#counted = { received: 0, lost: 0, samples: 0, concealed: 0 }
    const quality = { lossDown: share(lost, received + lost), concealed: share(concealed, samples) }
    return { way: this.#way, rttMs: this.#rttMs, ...quality }
  }

  close(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#soon)
    this.#timer = undefined
  }

  async #tick(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    this.#silentSince = null
    await Promise.all(this.#ports.lines().map((media) => this.#look(media)))
    const now = Date.now()
    if (this.#ticks++ % ticksOfMeter === 0) this.#ports.onMeter(this.#meter.read(now))
    this.#busy = false
    if (!this.#timer) return
    this.#heed(now)
    this.#ports.onTick(now)
  }

  /** A silence that begins is looked at closely. */
  #heed(now: number): void {
    const flows = this.#ports.lines().flatMap(({ paths }) => paths.map(({ flow }) => flow))
    const hushed = flows.some((flow) => flow.hushed(now))
    if (hushed && !this.#hushed) this.#ports.onHush()
    this.#hushed = hushed || this.#silentSince !== null
    clearTimeout(this.#soon)
    if (this.#hushed) this.#soon = setTimeout(() => this.look(), soonMs)
  }

  async #look(media: Media): Promise<void> {
    const used = media.paths.filter(({ state }) => state !== 'new')
    const wasSilent = media.recv.flow.silentSince !== null
    const doubts = await Promise.all(used.map((path) => this.#sample(path).catch(() => false))) // closed meanwhile
    // What breaks one breaks the other, which may carry too little to show it.
    if (doubts.includes(true)) for (const path of used) path.doubt()
    if (wasSilent && media.recv.flow.silentSince === null) media.refresh()
    const silences = used.flatMap(({ flow }) => flow.silentSince ?? [])
    if (silences.length > 0) this.#silentSince = Math.min(...silences)
  }

  /** Takes one path's figures in; true when its way is to be doubted. */
  async #sample(path: MediaPath): Promise<boolean> {
    const { transport, flow } = path
    const report = await transport.getStats()
    const sample = readPath(report.values() as Iterable<RTCStats>)
    const last = this.#last.get(path)
    this.#last.set(path, sample)
    const now = Date.now()
    this.#meter.add(transport.id, sample)
    this.#count(sample, last)
    if (sample.sign !== last?.sign) {
      this.#aliveAt = now
      path.flows()
    }
    if (sample.way) this.#way = sample.way
    if (sample.rttMs !== null) path.queue.hear((this.#rttMs = sample.rttMs))
    // On the way out only reports come back, and only as long as there is something to report.
    const quiet = sample.packetsOut - (last?.packetsOut ?? 0) < answeredPackets
    if (transport.direction === 'send' && quiet && flow.silentSince === null) flow.excuse()
    return flow.count(now, sample.packetsIn, now - (sample.idleMs ?? 0))
  }

  #count(now: PathSample, before: PathSample | undefined): void {
    for (const key of ['received', 'lost', 'samples', 'concealed'] as const)
      // Totals shrink when a consumer goes.
      this.#counted[key] += Math.max(0, now[key] - (before?.[key] ?? 0))
  }
}
