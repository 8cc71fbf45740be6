/** The node's workers, one a core, and which of them takes a room's next people. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@peerlearn/contract/errors'
import type { Logger } from './log.ts'
import { WorkerSlot } from './worker-slot.ts'
import type { WorkerLimits } from './worker-slot.ts'

/** Milliseconds that a newcomer waits for a dead worker's successor when no other is there. */
const replacementDeadline = 3_000

export interface WorkersOptions {
  count: number
  /** Worker n listens on this port plus n. */
  minPort: number
  limits: WorkerLimits
  announcedAddress?: string | undefined
  workerBin?: string | undefined
}

export class Workers {
  readonly slots: WorkerSlot[]
  #closed = false

  constructor({ count, minPort, ...rest }: WorkersOptions, log: Logger) {
    this.slots = Array.from({ length: count }, (_, n) => new WorkerSlot({ ...rest, port: minPort + n }, log))
  }

  /** @throws when one of them does not start: a wrong binary or a taken port is told at once */
  async start(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.start()))
  }

  get up(): number {
    return this.slots.filter((slot) => slot.up).length
  }

  /**
   * 0 idle … 1 full, over all workers by what they have most of; 1 exactly when none takes anybody. One that is being
   * replaced will: its people come back to it within the second.
   */
  get load(): number {
    if (this.slots.every((slot) => slot.answers && !slot.hasRoom)) return 1
    const fills = this.slots.map((slot) => (slot.up ? Math.min(slot.fill, 1) : 1))
    return Math.min(fills.reduce((sum, fill) => sum + fill, 0) / fills.length, 0.99)
  }

  /** The emptiest worker that has room and is none of these. */
  emptiest(except: ReadonlySet<WorkerSlot> = new Set()): WorkerSlot | undefined {
    return emptiestOf(this.slots.filter((slot) => slot.hasRoom && !except.has(slot)))
  }

  /** Waits for a worker that was just lost or hangs, when there is no other. @throws AppError media-unavailable */
  async someAnswer(): Promise<void> {
    const end = performance.now() + replacementDeadline
    while (!this.slots.some((slot) => slot.answers)) {
      if (this.#closed || performance.now() > end)
        throw new AppError('media-unavailable', 'No media worker is running. Please try again in a moment.')
      await sleep(20)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.slots.map((slot) => slot.close()))
  }
}

export function emptiestOf(slots: WorkerSlot[]): WorkerSlot | undefined {
  return slots.sort((a, b) => a.fill - b.fill || a.rooms - b.rooms).at(0)
}
