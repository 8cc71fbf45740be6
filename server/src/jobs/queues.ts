/** The queue library's own schema (`pgboss`) and one queue for each line of the job table. */
import { fromKysely, PgBoss, type Queue } from 'pg-boss'
import type { Db } from '../db.ts'
import { jobNames, jobTable, type JobName } from './job-table.ts'

/**
 * A waiting job is alone with its key (`short`). A server that dies leaves its running jobs without a heartbeat, and
 * others take them over within half a minute.
 */
const queueOf = (name: JobName) => {
  const { retries, retryAfter, retryAfterMost, cron } = jobTable[name]
  return {
    policy: 'short',
    retryLimit: retries,
    retryDelay: retryAfter,
    retryBackoff: true,
    retryDelayMax: retryAfterMost,
    heartbeatSeconds: 10,
    expireInSeconds: 900,
    retentionSeconds: 14 * 86_400,
    // Those that come every minute would soon be most of the table.
    deleteAfterSeconds: cron ? 3_600 : 7 * 86_400,
  } satisfies Omit<Queue, 'name'>
}

/** Makes the queues that are missing and brings the others to what the job table says; most times there is nothing to do. */
export async function prepareQueues(boss: PgBoss): Promise<void> {
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
  for (const name of jobNames) {
    const wanted = queueOf(name)
    const queue = known.get(name)
    const { policy: _, ...changeable } = wanted
    if (!queue) await boss.createQueue(name, wanted)
    else if (differs(queue, changeable)) await boss.updateQueue(name, changeable)
  }
}

const differs = (queue: Queue, wanted: Omit<Queue, 'name'>) =>
  Object.entries(wanted).some(([option, value]) => queue[option as keyof Queue] !== value)

/** Makes the `pgboss` schema and its queues in a database, or brings them up to date: a part of migrating it. */
export async function installJobs(db: Db): Promise<void> {
  const boss = new PgBoss({ db: fromKysely(db), supervise: false, schedule: false })
  // What fails is thrown as well.
  boss.on('error', () => undefined)
  try {
    await boss.start()
    await prepareQueues(boss)
  } finally {
    await boss.stop({ graceful: false })
  }
}
