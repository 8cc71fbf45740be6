/** Fills the way to a device for a moment, no faster than the link takes it and than the node can spare. Once a probe. */
import { growingFill, probeLimits } from '@peerlearn/contract/probe'

const tickMs = 5
/** Bytes that may wait for a link: more would only be delay, and a thin link would still be busy long after. */
const maxWaiting = 8 * 1024

interface Ports {
  /** Sends one message of fill. */
  send: () => void
  /** Bytes that wait to be sent. */
  waiting: () => Promise<number>
  /** Bits a second that this fill may have now. */
  share: () => number
}

export class ProbeFill {
  readonly #ports: Ports
  #timer: NodeJS.Timeout | undefined
  #startedAt = 0
  #tickAt = 0
  #asking = false
  /** Bytes that may be sent by now. */
  #due = 0
  #wanted = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  get running(): boolean {
    return this.#timer !== undefined
  }

  /** Only the first start counts, so that a device that repeats itself gets no more. */
  start(bits: number): void {
    if (this.#startedAt > 0) return
    this.#wanted = bits
    this.#startedAt = this.#tickAt = performance.now()
    this.#timer = setInterval(() => void this.#tick(), tickMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #tick(): Promise<void> {
    const now = performance.now()
    if (now - this.#startedAt > probeLimits.fillMs) return this.stop()
    if (this.#asking) return
    this.#asking = true
    const waiting = await this.#ports.waiting().catch(() => Infinity)
    this.#asking = false
    if (!this.running) return
    const bits = Math.min(this.#wanted, this.#ports.share(), growingFill(now - this.#startedAt))
    this.#due += (bits * (now - this.#tickAt)) / 8000
    this.#tickAt = now
    // What the link could not take in time is not made up for later.
    this.#due = Math.min(this.#due, Math.max(0, maxWaiting - waiting))
    for (; this.#due >= probeLimits.fillBytes; this.#due -= probeLimits.fillBytes) this.#ports.send()
  }
}
