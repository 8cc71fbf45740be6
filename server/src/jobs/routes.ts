import { AppError } from '@peerlearn/contract/errors'
import { jobRoutes as routes } from '@peerlearn/contract/jobs'
import { audit } from '../audit/audit.ts'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { jobNames, type JobName } from './job-table.ts'
import type { Jobs } from './jobs.ts'
import { readJobs, removeFailed } from './overview.ts'

export const jobRoutes = ({ db, jobs }: { db: Db; jobs: Jobs }): Binding[] => [
  on(routes.overview, () => readJobs(db)),
  on(routes.retry, async ({ who, params: { name, id } }) => {
    if (!(await jobs.retry(getName(name), id))) throw notThere()
    await audit(db, { actorId: who.userId, action: 'job.retried', subject: `job:${id}`, data: { name } })
    return {}
  }),
  on(routes.remove, async ({ who, params: { name, id } }) => {
    const job = getName(name)
    await db.transaction().execute(async (trx) => {
      if (!(await removeFailed(trx, job, id))) throw notThere()
      await audit(trx, { actorId: who.userId, action: 'job.removed', subject: `job:${id}`, data: { name } })
    })
    return {}
  }),
]

const notThere = () => new AppError('not-found', 'There is no such job any more, or it has not failed.')

/** @throws AppError `not-found` */
function getName(name: string): JobName {
  const known = jobNames.find((one) => one === name)
  if (!known) throw notThere()
  return known
}
