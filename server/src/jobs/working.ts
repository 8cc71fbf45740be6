/** The workers of one server: each takes jobs of its queue and hands them to the feature that does them. */
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { failureWords } from './failure.ts'
import { GiveUp, jobNames, jobTable, type Attempt, type JobHandlers, type JobName } from './job-table.ts'
import type { Wake } from './wake.ts'

const pollSeconds = 2

/** Jobs that come by themselves; those that no longer do are taken off. */
export async function schedule(boss: PgBoss): Promise<void> {
  const known = new Map((await boss.getSchedules()).map(({ name, cron }) => [name, cron]))
  for (const name of jobNames) {
    const { cron } = jobTable[name] as { cron?: string }
    if (cron && known.get(name) !== cron) await boss.schedule(name, cron, {}, { singletonKey: 'cron' })
    if (cron) known.delete(name)
  }
  for (const name of known.keys()) await boss.unschedule(name)
}

/** Begins to run the jobs that somebody handles. */
export async function takeUp(boss: PgBoss, handlers: JobHandlers, log: Logger, wake: Wake): Promise<void> {
  for (const name of jobNames) {
    // As the table's own types say: the data of a job fits its handler.
    const handle = handlers[name] as Handle | undefined
    for (let i = 0; handle && i < jobTable[name].atOnce; i++) await addWorker(boss, name, handle, log, wake)
  }
}

type Handle = (data: unknown, attempt: Attempt) => Promise<void>

/** One worker does one job after another. */
async function addWorker(boss: PgBoss, name: JobName, handle: Handle, log: Logger, wake: Wake) {
  const options = { includeMetadata: true, perJobResults: true, pollingIntervalSeconds: pollSeconds } as const
  const worker = await boss.work(name, options, async ([job]) => {
    if (!job) return []
    const attempt = { last: job.retryCount >= job.retryLimit, signal: job.signal }
    try {
      await handle(jobTable[name].data.parse(job.data), attempt)
      return [{ id: job.id, status: 'completed' }]
    } catch (error) {
      const output = tellFailure(error, { job: name, jobId: job.id, attempt: job.retryCount + 1 }, log)
      // Without a queue for the dead, `deadletter` means: failed, whatever tries are left.
      return [{ id: job.id, status: error instanceof GiveUp ? 'deadletter' : 'failed', output }]
    } finally {
      // Where one job was, there may be more: it looks again without a pause.
      boss.notifyWorker(worker)
    }
  })
  wake.add(name, worker)
}

/** @returns the error as it is kept with the job: words alone. The stack is in the log. */
function tellFailure(error: unknown, about: object, log: Logger): { message: string } {
  const words = failureWords(error)
  const stack = error instanceof Error ? error.stack?.split('\n').slice(1, 6).join('\n') : undefined
  log.warn({ ...about, err: words, stack }, 'a job failed')
  return { message: words }
}
