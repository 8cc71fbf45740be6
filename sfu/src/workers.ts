/** The node's workers, one a core, and which of them takes the next room. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@peerlearn/contract/errors'
import { Host } from './host.ts'
import type { Logger } from './log.ts'
import { WorkerSlot } from './worker-slot.ts'

/** Milliseconds that a newcomer waits for a dead worker's successor. */
const replacementDeadline = 3_000

export interface WorkersOptions {
  count: number
  /** Worker n listens on this port plus n. */
  minPort: number
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

  /** Opens a host on the least loaded worker. @throws AppError media-unavailable */
  async place(): Promise<Host> {
    const slot = leastLoaded(this.slots) ?? (await this.#nextUp())
    return await Host.open(slot)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.slots.map((slot) => slot.close()))
  }

  async #nextUp(): Promise<WorkerSlot> {
    for (const end = performance.now() + replacementDeadline; performance.now() < end && !this.#closed;) {
      await sleep(20)
      const slot = leastLoaded(this.slots)
      if (slot) return slot
    }
    throw new AppError('media-unavailable', 'No media worker is running. Please try again in a moment.')
  }
}

function leastLoaded(slots: WorkerSlot[]): WorkerSlot | undefined {
  return slots
    .filter((slot) => slot.up)
    .sort((a, b) => a.consumers - b.consumers || a.rooms - b.rooms)
    .at(0)
}
