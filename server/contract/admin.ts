/** What an admin sees: people, sessions, and the rooms live now. */
import { z } from 'zod'
import { id, instant, nothing } from './base.ts'
import { route } from './route.ts'
import { session } from './sessions.ts'
import { user } from './users.ts'

/** Bitrates are bits a second, as the media node measured them in its last two seconds. */
export const liveRoom = z.strictObject({
  sessionId: id,
  title: z.string(),
  mentorName: z.string(),
  nodeId: z.string(),
  people: z.number().int(),
  producers: z.number().int(),
  consumers: z.number().int(),
  bitsIn: z.number(),
  bitsOut: z.number(),
})

export const liveNode = z.strictObject({
  nodeId: z.string(),
  up: z.boolean(),
  workers: z.array(
    z.strictObject({
      pid: z.number().int(),
      /** Share of one core, 0 … 1. */
      cpu: z.number(),
      rooms: z.number().int(),
      consumers: z.number().int(),
    }),
  ),
})

export const live = z
  .strictObject({ at: instant, nodes: z.array(liveNode), rooms: z.array(liveRoom) })
  .meta({ id: 'Live' })
export type Live = z.infer<typeof live>

export const adminRoutes = {
  overview: route({
    method: 'get',
    path: '/api/admin/overview',
    access: 'admin',
    limit: 'sessions',
    summary: 'Counts, newest people and sessions, and what is live',
    response: z.strictObject({
      counts: z.strictObject({
        users: z.number().int(),
        mentors: z.number().int(),
        learners: z.number().int(),
        sessions: z.number().int(),
        bookings: z.number().int(),
        capturedPaise: z.number().int(),
      }),
      users: z.array(user),
      sessions: z.array(session),
      live,
    }),
  }),
}

export const adminMessages = {
  /** From now on `admin.live` comes every two seconds, until `admin.unwatch` or the socket's end. */
  'admin.watch': { access: 'admin' as const, input: nothing, output: live },
  'admin.unwatch': { access: 'admin' as const, input: nothing, output: nothing },
}

export const adminNotices = { 'admin.live': live }
