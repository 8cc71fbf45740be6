/** How the background jobs stand, read from the queue library's own table. */
import type { JobQueue, JobsOverview, TroubledJob } from '@peerlearn/contract/jobs'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { jobNames, jobTable, type JobName } from './job-table.ts'

interface QueueRow extends Omit<JobQueue, 'about' | 'oldestAt'> {
  name: JobName
  oldestAt: Date | null
}

interface TroubledRow extends Omit<TroubledJob, 'about' | 'createdAt' | 'at'> {
  name: JobName
  createdAt: Date
  at: Date
}

export async function readJobs(db: DbOrTrx): Promise<JobsOverview> {
  const [counted, troubled] = await Promise.all([countQueues(db), findTroubled(db)])
  const byName = new Map(counted.map((row) => [row.name, row]))
  const none = { waiting: 0, later: 0, again: 0, active: 0, failed: 0, oldestAt: null }
  return {
    queues: [...jobNames].sort().map((name) => {
      const { oldestAt, ...queue } = byName.get(name) ?? { name, ...none }
      return { ...queue, about: jobTable[name].about, oldestAt: oldestAt?.toISOString() ?? null }
    }),
    troubled: troubled.map((job) => ({
      ...job,
      about: jobTable[job.name].about,
      createdAt: job.createdAt.toISOString(),
      at: job.at.toISOString(),
    })),
  }
}

async function countQueues(db: DbOrTrx): Promise<QueueRow[]> {
  const { rows } = await sql<QueueRow>`
    select name,
      (count(*) filter (where state < 'active' and start_after <= now()))::int as waiting,
      (count(*) filter (where state = 'created' and start_after > now()))::int as later,
      (count(*) filter (where state = 'retry' and start_after > now()))::int as again,
      (count(*) filter (where state = 'active'))::int as active,
      (count(*) filter (where state = 'failed'))::int as failed,
      min(start_after) filter (where state < 'active' and start_after <= now()) as "oldestAt"
    from pgboss.job where name = any (${jobNames}) and state in ('created', 'retry', 'active', 'failed')
    group by name`.execute(db)
  return rows
}

async function findTroubled(db: DbOrTrx): Promise<TroubledRow[]> {
  const { rows } = await sql<TroubledRow>`
    select id, name, case state when 'failed' then 'failed' else 'again' end as state,
      retry_count + 1 as tries,
      coalesce(output ->> 'message', output #>> '{value,message}', 'the server that ran it stopped') as failure,
      created_on as "createdAt", case state when 'failed' then completed_on else start_after end as at
    from pgboss.job where name = any (${jobNames}) and (state = 'failed' or state = 'retry')
    order by (state = 'failed') desc, coalesce(completed_on, start_after) desc, id
    limit 100`.execute(db)
  return rows
}

/** A job that failed is never done. @returns whether there was such a one */
export async function removeFailed(db: DbOrTrx, name: JobName, jobId: string): Promise<boolean> {
  const { rows } = await sql`
    delete from pgboss.job where name = ${name} and id = ${jobId} and state = 'failed' returning id`.execute(
    db,
  )
  return rows.length > 0
}
