/**
 * People are told after the commit, and after Razorpay has its answer: a few at a time, so that on a payday the events
 * come first. What waits here is told before the server closes.
 */
import type { Logger } from 'pino'
import type { TellNow } from '../notifications/notifications.ts'

export interface Telling {
  soon(all: TellNow[]): void
  /** Waits until everybody was told. Twice is harmless. */
  close(): Promise<void>
}

const atOnce = 2

export function createTelling(log: Logger): Telling {
  const waiting: TellNow[] = []
  const running = new Set<Promise<void>>()
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await next().catch((err: unknown) =>
        log.warn({ err }, 'an event took effect, but people were not told'),
      )
  }
  return {
    soon(all) {
      waiting.push(...all)
      while (waiting.length > 0 && running.size < atOnce) {
        const worker: Promise<void> = work().finally(() => running.delete(worker))
        running.add(worker)
      }
    },
    close: async () => void (await Promise.all(running)),
  }
}
