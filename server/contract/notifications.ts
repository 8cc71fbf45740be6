/** What a signed-in person is told outside a room, and the notices they can read later. */
import { z } from 'zod'
import { id, instant, nothing } from './base.ts'
import { route } from './route.ts'

export const notification = z
  .strictObject({
    id,
    title: z.string(),
    message: z.string(),
    /** Where to go on, a path of the client. */
    link: z.string().nullable(),
    read: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof notification>

const ofSession = z.strictObject({ sessionId: id, title: z.string() })

/** Told on every socket of the person concerned. */
export const personNotices = {
  'notification.new': notification,
  /** To the mentor: a seat was taken or given back. */
  'session.booking': z.strictObject({
    sessionId: id,
    bookingId: id,
    learnerName: z.string(),
    status: z.enum(['held', 'confirmed', 'expired', 'cancelled']),
    seatsLeft: z.number().int(),
  }),
  /** To the mentor and everybody with a seat. */
  'session.started': ofSession,
  'session.ended': ofSession,
  'session.cancelled': ofSession,
  /** To the mentors of a learner's coming sessions: the first socket opened, or the last one closed. */
  'user.online': z.strictObject({ userId: id, online: z.boolean() }),
  /** To admins: something needs a look. */
  'system.alert': z.strictObject({
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    at: instant,
  }),
}

export const notificationRoutes = {
  notifications: route({
    method: 'get',
    path: '/api/notifications',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'My last 50 notifications, newest first',
    response: z.strictObject({ items: z.array(notification) }),
  }),
  readAll: route({
    method: 'post',
    path: '/api/notifications/read',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Mark all of mine as read',
    body: nothing,
    response: nothing,
  }),
}
