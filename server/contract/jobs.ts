/** What an admin sees of the background jobs: mails, pushes, refunds, reminders and the like. */
import { z } from 'zod'
import { count, id, instant, nothing } from './base.ts'
import { route } from './route.ts'

/** `feature.what` */
const jobName = z
  .string()
  .max(60)
  .regex(/^[a-z][a-z0-9-]*\.[a-z0-9.-]+$/)

/** What it does, in a sentence. */
const about = z.string()

export const jobQueue = z.strictObject({
  name: jobName,
  about,
  /** Due now, and not begun. */
  waiting: count,
  /** Asked for at a later time. */
  later: count,
  /** Failed, and tried again at a later time. */
  again: count,
  active: count,
  failed: count,
  /** Since when the oldest of the waiting ones is due. */
  oldestAt: instant.nullable(),
})
export type JobQueue = z.infer<typeof jobQueue>

/** A job that has failed for good, or waits to be tried again. */
export const troubledJob = z.strictObject({
  id,
  name: jobName,
  about,
  state: z.enum(['failed', 'again']),
  /** Tries so far. */
  tries: count,
  /** Why, in one line: without addresses of people and without secrets. */
  failure: z.string(),
  createdAt: instant,
  /** When it failed for good, or is tried again. */
  at: instant,
})
export type TroubledJob = z.infer<typeof troubledJob>

export const jobs = z.strictObject({
  queues: z.array(jobQueue),
  /** The newest of them, 100 at most. */
  troubled: z.array(troubledJob),
})
export type JobsOverview = z.infer<typeof jobs>

const ofJob = z.strictObject({ name: z.string().min(1).max(60), id })

export const jobRoutes = {
  overview: route({
    method: 'get',
    path: '/api/admin/jobs',
    access: 'admin',
    limit: 'sessions',
    summary: 'Background jobs: how many of each kind, and those in trouble',
    response: jobs,
  }),
  retry: route({
    method: 'post',
    path: '/api/admin/jobs/:name/:id/retry',
    access: 'admin',
    limit: 'sessions',
    summary: 'Try a job again now',
    params: ofJob,
    body: nothing,
    response: nothing,
  }),
  remove: route({
    method: 'delete',
    path: '/api/admin/jobs/:name/:id',
    access: 'admin',
    limit: 'sessions',
    summary: 'Give a failed job up: it is never done',
    params: ofJob,
    response: nothing,
  }),
}
