/** One place for a worker: it is started, watched, and replaced on the same port when it dies or hangs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@peerlearn/contract/errors'
import { createWorker } from 'mediasoup'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { listenInfos } from './listen-infos.ts'
import type { Logger } from './log.ts'

/** A worker that leaves this many probes unanswered hangs, and would never say so itself: found within 3 s. */
const probeInterval = 500
const missedProbesAllowed = 4
/** Weight of the newest probe in the CPU by which newcomers are judged: a short peak turns nobody away. */
const cpuSmoothing = 0.1
/** Milliseconds that a worker has to say goodbye to its peers. */
const closeDeadline = 500

/** Up to here newcomers are taken. cpu: share of one core. */
export interface WorkerLimits {
  consumers: number
  peers: number
  cpu: number
}

export interface WorkerOptions {
  port: number
  limits: WorkerLimits
  announcedAddress?: string | undefined
  workerBin?: string | undefined
}

interface Running {
  worker: types.Worker
  server: types.WebRtcServer
  missedProbes: number
  answering: boolean
  cpuTime: number
  probedAt: number
}

export class WorkerSlot {
  /** Share of one core, just now and over some seconds. */
  cpu = 0
  steadyCpu = 0
  rooms = 0
  peers = 0
  transports = 0
  producers = 0
  consumers = 0
  /** Of these, second ones of the same picture or sound: its sender is on two nodes while it moves. */
  passing = 0
  /** Producers that came from another worker or node. */
  pipes = 0
  /** Consumers that those who are just coming will have. */
  expected = 0
  readonly #options: WorkerOptions
  readonly #log: Logger
  readonly #stopping = new AbortController()
  readonly #watchdog: NodeJS.Timeout
  #running: Running | undefined
  /** CPU time and moment of the probe that was reported last. */
  #reported: [number, number] = [0, 0]

  constructor(options: WorkerOptions, log: Logger) {
    this.#options = options
    this.#log = log.child({ rtcPort: options.port })
    this.#watchdog = setInterval(() => this.#probe(), probeInterval)
  }

  get up(): boolean {
    return this.#running !== undefined
  }

  get pid(): number | undefined {
    return this.#running?.worker.pid
  }

  /** Whether it answered lately: one that hangs is not waited for where that can be helped. */
  get answers(): boolean {
    return this.#running?.missedProbes === 0
  }

  /** Whether it takes one more peer. */
  get hasRoom(): boolean {
    return this.answers && this.fill < 1
  }

  /** How full it is, by what it has most of: 1 and more is its limit. Who moves is not refused by what they leave. */
  get fill(): number {
    const { consumers, peers, cpu } = this.#options.limits
    const lasting = this.consumers - this.passing + this.expected
    return Math.max(lasting / consumers, this.peers / peers, this.steadyCpu / cpu)
  }

  /** @throws when the worker does not start or its port is taken */
  async start(): Promise<void> {
    const { port, announcedAddress, workerBin } = this.#options
    const worker = await createWorker({ logLevel: 'error', ...(workerBin && { workerBin }) })
    keepThroughSignals(worker)
    try {
      const server = await limited(
        worker.createWebRtcServer({ listenInfos: listenInfos(port, announcedAddress) }),
      )
      if (this.#stopping.signal.aborted) return worker.close()
      if (worker.closed) throw new Error('The worker died as it started.')
      worker.on('died', () => void this.#replace(worker.pid))
      this.#running = { worker, server, missedProbes: 0, answering: true, cpuTime: 0, probedAt: 0 }
      this.#log.info({ pid: worker.pid }, 'worker is up')
    } catch (error) {
      worker.close()
      throw new Error(`No worker can use port ${port}: ${String(error)}`, { cause: error })
    }
  }

  /** A router on this worker and the server that its transports listen on. */
  async createRouter(mediaCodecs: types.RouterRtpCodecCapability[]) {
    const running = this.#running
    if (!running) throw new AppError('media-unavailable', 'The media server is starting. Please try again.')
    const { server } = running
    const router = await limited(running.worker.createRouter({ mediaCodecs }), (late) => late.close())
    return { router, server }
  }

  /** Milliseconds of CPU that the worker has used so far. @throws AppError media-unavailable */
  async cpuTime(): Promise<number> {
    if (!this.#running) throw new AppError('media-unavailable', 'This worker is not running.')
    return cpuTimeOf(await limited(this.#running.worker.getResourceUsage()))
  }

  /** Share of one core since the last call: of the time between two probes at least. */
  cpuLately(): number {
    const { cpuTime = 0, probedAt = 0 } = this.#running ?? {}
    const [before, since] = this.#reported
    this.#reported = [cpuTime, probedAt]
    if (probedAt <= since || since === 0 || cpuTime < before) return this.cpu
    return (cpuTime - before) / (probedAt - since)
  }

  /** What the worker holds, for those who look for leaks. */
  async dump(): Promise<types.WorkerDump | undefined> {
    return this.#running && (await limited(this.#running.worker.dump()))
  }

  /** Ends the worker; resolves when its process is gone, by force if it does not go. */
  async close(): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#watchdog)
    const worker = this.#running?.worker
    this.#running = undefined
    if (!worker || worker.subprocessClosed) return
    const gone = new Promise<void>((resolve) => worker.once('subprocessclose', resolve))
    worker.close()
    const force = setTimeout(() => kill(worker), closeDeadline)
    await gone
    clearTimeout(force)
  }

  async #replace(pid: number): Promise<void> {
    this.#log.error({ pid }, 'worker died')
    this.#running = undefined
    this.cpu = 0
    this.steadyCpu = 0
    for (let wait = 50; !this.#stopping.signal.aborted; wait = Math.min(wait * 2, 2_000)) {
      try {
        return await this.start()
      } catch (error) {
        this.#log.error({ err: error }, 'worker does not start')
        await sleep(wait, undefined, { signal: this.#stopping.signal }).catch(() => {})
      }
    }
  }

  /** Counts probes and not time: a pause of our own process must not look like a hung worker. */
  #probe(): void {
    const running = this.#running
    if (!running) return
    if (running.answering) return void this.#ask(running)
    running.missedProbes += 1
    if (running.missedProbes < missedProbesAllowed) return
    this.#log.error({ pid: running.worker.pid }, 'worker hangs: killing it')
    kill(running.worker)
  }

  async #ask(running: Running): Promise<void> {
    running.answering = false
    const usage = await running.worker.getResourceUsage().catch(() => undefined)
    if (!usage) return
    const now = performance.now()
    const cpuTime = cpuTimeOf(usage)
    if (running.probedAt > 0) {
      this.cpu = (cpuTime - running.cpuTime) / (now - running.probedAt)
      this.steadyCpu += (this.cpu - this.steadyCpu) * cpuSmoothing
    }
    Object.assign(running, { answering: true, missedProbes: 0, cpuTime, probedAt: now })
  }
}

/** mediasoup ends its workers at a signal, whatever they carry; here main.ts says when, after people were moved away. */
function keepThroughSignals(worker: types.Worker): void {
  const { onSignal } = worker as { onSignal?: () => void } // its types do not show it; process.test.ts would
  if (onSignal) for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, onSignal)
}

function kill({ pid }: types.Worker): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it went by itself in this moment
  }
}

const cpuTimeOf = (usage: types.WorkerResourceUsage) => usage.ru_utime + usage.ru_stime
