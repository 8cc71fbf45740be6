/** Asks a queue's workers to look now instead of at their next poll. */
import type { PgBoss } from 'pg-boss'
import type { JobName } from './job-table.ts'

/** Most transactions have committed by then. */
const wakeMs = 30

export interface Wake {
  add(name: JobName, workerId: string): void
  soon(name: JobName): void
  close(): void
}

/** A hint, no more: a transaction that commits later is found by the next poll. */
export function createWake(boss: PgBoss): Wake {
  const workers = new Map<JobName, string[]>()
  const timers = new Map<JobName, NodeJS.Timeout>()
  return {
    add: (name, workerId) => void workers.set(name, [...(workers.get(name) ?? []), workerId]),
    soon(name) {
      if (timers.has(name)) return
      const run = () => {
        timers.delete(name)
        for (const worker of workers.get(name) ?? []) boss.notifyWorker(worker)
      }
      timers.set(name, setTimeout(run, wakeMs))
    },
    close: () => timers.forEach((timer) => clearTimeout(timer)),
  }
}
