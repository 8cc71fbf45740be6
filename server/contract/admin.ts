/** What an admin sees: people, sessions, and what the rooms that are live now cost. */
import { z } from 'zod'
import { count, id, instant, nothing, roomRole, share } from './base.ts'
import { way } from './media.ts'
import { rate, traffic, workerStats } from './node-stats.ts'
import { route } from './route.ts'
import { session } from './sessions.ts'
import { user } from './users.ts'

const nodeId = z.string().min(1).max(256)

/** Share of a core above which a worker has nothing left for a burst. */
export const hotCpu = 0.85

/** How far the emptying of a node is. */
export const draining = z.strictObject({
  since: instant,
  /** People on it when that began, and now. */
  peopleAtFirst: count,
  people: count,
  /** Its deadline, as the node tells it. */
  until: instant.nullable(),
  /** Nobody has left it for half a minute. */
  blocked: z.boolean(),
  /** The deadline has passed, and people are on it still. They stay; the node takes no new rooms until it is taken back. */
  failed: z.boolean(),
})

export const liveNode = z.strictObject({
  nodeId,
  up: z.boolean(),
  region: z.string().nullable(),
  /** 0 idle … 1 full, where it takes nobody; null while it is away. */
  load: share.nullable(),
  people: count,
  /** How many more people like those who are on it now it takes; null while nobody is there to compare with. */
  headroom: count.nullable(),
  draining: draining.nullable(),
  workers: z.array(workerStats),
})

/**
 * Joins of the last hour. A join lasts from the message `room.join` at the server until the node says that the person's
 * media are connected; somebody who neither sends nor receives anything is not counted.
 */
export const joinFigures = z.strictObject({
  joins: count,
  /** Refused because of us: no media node, none with room left, a fault. */
  failed: count,
  p50Ms: count.nullable(),
  p95Ms: count.nullable(),
})

export const liveRoom = z.strictObject({
  sessionId: id,
  title: z.string(),
  mentorName: z.string(),
  nodeIds: z.array(nodeId),
  people: count,
  producers: count,
  consumers: count,
  pipes: count,
  /** Its part of the workers' CPU: share of one core. */
  cpu: rate,
  ...traffic,
  /** Share of those whose way is known who come through TURN. */
  turnShare: share.nullable(),
  /** Mean share of packets lost: from people to the node, and back. */
  lossIn: share.nullable(),
  lossOut: share.nullable(),
  ...joinFigures.shape,
  /** Times that somebody's media had to be brought back in the last hour. */
  reconnects: count,
})

export const livePerson = z.strictObject({
  peerId: id,
  sessionId: id,
  /** null: on their way in, or already out. */
  userId: id.nullable(),
  name: z.string().nullable(),
  role: roomRole.nullable(),
  nodeId,
  /** Process id of their worker; null when the node does not say. */
  worker: count.nullable(),
  consumers: count,
  /** Since their transports were made. */
  bytesIn: count,
  bytesOut: count,
  rttMs: rate.nullable(),
  lossIn: share.nullable(),
  lossOut: share.nullable(),
  /** What their own client reports. */
  way: way.nullable(),
})

/** One point of the charts; every ten seconds. */
export const sample = z.strictObject({
  at: instant,
  rooms: count,
  people: count,
  bitsIn: rate,
  bitsOut: rate,
  /** Of the joins in the five minutes before. */
  joinP95Ms: count.nullable(),
  turnShare: share.nullable(),
  /** node → mean of its workers' CPU, share of a core. */
  cpu: z.record(nodeId, rate),
})

/** Something that needs a look, as long as it does. Told as `system.alert` when it begins and when it is over. */
export const alert = z.strictObject({
  key: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  since: instant,
})

export const live = z
  .strictObject({
    at: instant,
    nodes: z.array(liveNode),
    rooms: z.array(liveRoom),
    people: z.array(livePerson),
    alerts: z.array(alert),
    turnShare: share.nullable(),
    ...joinFigures.shape,
    reconnects: count,
    /** The newest point of the history. */
    sample: sample.nullable(),
  })
  .meta({ id: 'Live' })

export type Live = z.infer<typeof live>
export type LiveNode = z.infer<typeof liveNode>
export type LiveRoom = z.infer<typeof liveRoom>
export type LivePerson = z.infer<typeof livePerson>
export type JoinFigures = z.infer<typeof joinFigures>
export type Sample = z.infer<typeof sample>
export type Alert = z.infer<typeof alert>
export type Draining = z.infer<typeof draining>

/** May people be moved to it? */
export const hasRoom = ({ up, draining, headroom }: LiveNode): boolean => up && !draining && headroom !== 0

const ofNode = z.strictObject({ id: nodeId })

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
  history: route({
    method: 'get',
    path: '/api/admin/history',
    access: 'admin',
    limit: 'sessions',
    summary: 'The last hour in points of ten seconds, oldest first, since this server started',
    response: z.strictObject({ everySeconds: z.number().int(), samples: z.array(sample) }),
  }),
  drain: route({
    method: 'post',
    path: '/api/admin/nodes/:id/drain',
    access: 'admin',
    limit: 'sessions',
    summary: 'Empty a media node: no new rooms come to it, its live rooms move to others',
    params: ofNode,
    response: nothing,
  }),
  undrain: route({
    method: 'delete',
    path: '/api/admin/nodes/:id/drain',
    access: 'admin',
    limit: 'sessions',
    summary: 'Take the emptying back: the node takes rooms again',
    params: ofNode,
    response: nothing,
  }),
}

export const adminMessages = {
  /** From now on `admin.live` comes at least every two seconds, until `admin.unwatch` or the socket's end. */
  'admin.watch': { access: 'admin' as const, input: nothing, output: live },
  'admin.unwatch': { access: 'admin' as const, input: nothing, output: nothing },
}

export const adminNotices = { 'admin.live': live }
