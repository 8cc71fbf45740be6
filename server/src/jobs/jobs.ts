/** Background jobs on Postgres (pg-boss): asked for inside the caller's transaction, run on any server, at least once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { fromKysely, PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { newId, notReady, type DbOrTrx } from '../db.ts'
import { failureWords } from './failure.ts'
import { jobNames, jobTable, type JobData, type JobHandlers, type JobName } from './job-table.ts'
import { prepareQueues } from './queues.ts'
import { createWake, type Wake } from './wake.ts'
import { schedule, takeUp } from './working.ts'

export interface JobWish {
  /** Not before this instant. */
  after?: Date
  /** While a job with this key waits, another one does not join it: the waiting one takes the newer data and time. */
  key?: string
  /** Its own, for who may take it back. */
  id?: string
}

export interface Jobs {
  /** Asks for a job: it exists when the transaction commits, and only then. */
  send<N extends JobName>(trx: DbOrTrx, name: N, data: JobData<N>, wish?: JobWish): Promise<void>
  /** Many of a kind in one statement. */
  sendAll<N extends JobName>(trx: DbOrTrx, name: N, all: JobData<N>[]): Promise<void>
  /** Takes one back that did not begin yet, when the transaction commits; any other stays. */
  takeBack(trx: DbOrTrx, name: JobName, jobId: string): Promise<void>
  /** Begins to run jobs, as soon as the database is there. Call it once, with the handlers of all features. */
  work(handlers: JobHandlers[]): void
  /** Those that this server does. */
  readonly handled: ReadonlySet<JobName>
  /** Tries a job again now that has failed, or waits to be tried again. @returns whether there was such a one */
  retry(name: JobName, jobId: string): Promise<boolean>
  /** Takes no new job, gives those that run a moment to end, and leaves the rest to other servers. Twice is harmless. */
  close(): Promise<void>
}

interface JobsDeps {
  databaseUrl: string
  log: Logger
  /** Do jobs come by themselves, as their cron says? */
  crons?: boolean
}

/** Jobs that still run so long after the server was told to stop are given up here and tried again elsewhere. */
const closeMs = 2_000
/** Who asks for a job before the queues are there waits so long. */
const startMs = 5_000

/**
 * Workers ask the database every two seconds, and this process at once after it sent a job itself. Not NOTIFY: commits
 * that notify wait for each other, and a booking must not wait for another one's mail.
 */
export function createJobs({ databaseUrl, log, crons = true }: JobsDeps): Jobs {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'peerlearn-jobs',
    max: 4,
    connectionTimeoutMillis: 5_000,
    schedule: crons,
    // How soon the jobs of a server that died are noticed.
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    queueCacheIntervalSeconds: 3_600,
  })
  boss.on('error', (err) => log.warn({ err: failureWords(err) }, 'a background job had a fault'))
  const wake = createWake(boss)
  const handled = new Set<JobName>()
  const started = Promise.withResolvers<void>()
  let ready = false
  let starting: Promise<void> | undefined
  let closing: Promise<void> | undefined

  const start = async (handlers: JobHandlers) => {
    for (let told = false; !closing; told = true) {
      try {
        await boss.start()
        await prepareQueues(boss)
        if (crons) await schedule(boss)
        await takeUp(boss, handlers, log, wake)
        ready = true
        return started.resolve()
      } catch (err) {
        if (!told) log.warn({ err: failureWords(err) }, 'background jobs wait for the database')
        await boss.stop({ graceful: false }).catch(() => undefined)
        await sleep(500)
      }
    }
  }

  /** The queues are there a moment after the server is. */
  const queues = async () => {
    if (!ready) await Promise.race([started.promise, sleep(startMs, undefined, { ref: false })])
    if (!ready) throw notReady()
  }

  return {
    async send(trx, name, data, { after, key, id } = {}) {
      await queues()
      const parsed = jobTable[name].data.parse(data) as object // every kind of data is an object
      const options = {
        db: fromKysely(trx),
        singletonKey: key ?? newId(),
        ...(after && { startAfter: after }),
        ...(id !== undefined && { id }),
      }
      if (key === undefined) await boss.send(name, parsed, options)
      else await boss.upsert(name, parsed, { startAfter: new Date(), ...options })
      if (!after) wake.soon(name)
    },
    async sendAll(trx, name, all) {
      await queues()
      const rows = all.map((data) => ({
        data: jobTable[name].data.parse(data),
        singletonKey: newId(),
      }))
      if (rows.length > 0) await boss.insert(name, rows, { db: fromKysely(trx) })
      wake.soon(name)
    },
    async takeBack(trx, name, jobId) {
      await queues()
      await boss.deleteJob(name, jobId, { db: fromKysely(trx) })
    },
    handled,
    work(handlers) {
      const merged = merge(handlers)
      for (const name of jobNames) if (merged[name]) handled.add(name)
      starting ??= start(merged)
    },
    async retry(name, jobId) {
      await boss.retry(name, jobId)
      // The wait that was due before its next try is of no use to somebody who asks for one.
      const { updated } = await boss.update(name, undefined, { id: jobId, startAfter: new Date() })
      wake.soon(name)
      return updated > 0
    },
    close: () => (closing ??= close(boss, () => starting, wake)),
  }
}

/** Each job has one handler. */
function merge(all: JobHandlers[]): JobHandlers {
  const names = all.flatMap((handlers) => Object.keys(handlers))
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice) throw new Error(`two features handle the job ${twice}`)
  return Object.assign({}, ...all) as JobHandlers // of objects that are each JobHandlers
}

async function close(boss: PgBoss, starting: () => Promise<void> | undefined, wake: Wake): Promise<void> {
  await starting()
  wake.close()
  const idle = Promise.all(jobNames.map((name) => boss.offWork(name)))
  await Promise.race([idle, sleep(closeMs, undefined, { ref: false })])
  await boss.stop({ graceful: false })
}
