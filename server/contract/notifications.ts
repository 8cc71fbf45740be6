/** What a signed-in person is told outside a room, and the notices they can read later. */
import { z } from 'zod'
import { count, id, instant, nothing, page } from './base.ts'
import { route } from './route.ts'

/** What a notice is about; each person chooses for each where to hear of it. */
export const notificationKind = z.enum([
  'booking',
  'waitlist',
  'session',
  'reminder',
  'payment',
  'payout',
  'follow',
  'account',
  'general',
])
export type NotificationKind = z.infer<typeof notificationKind>

export const notification = z
  .strictObject({
    id,
    kind: notificationKind,
    title: z.string(),
    message: z.string(),
    /** Where to go on, a path of the client. */
    link: z.string().nullable(),
    read: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'Notification' })
export type Notification = z.infer<typeof notification>

/** Where a person hears of a kind: in the app, by mail, by push on their devices. */
export const notificationPlaces = z.strictObject({ app: z.boolean(), mail: z.boolean(), push: z.boolean() })
export type NotificationPlaces = z.infer<typeof notificationPlaces>

const everywhere: NotificationPlaces = { app: true, mail: true, push: true }

/** Until a person chooses. */
export const usualPlaces: Record<NotificationKind, NotificationPlaces> = {
  booking: everywhere,
  waitlist: everywhere,
  session: everywhere,
  reminder: everywhere,
  payment: everywhere,
  payout: everywhere,
  follow: everywhere,
  account: everywhere,
  general: { app: true, mail: false, push: false },
}

/** What has to do with a person's account, its safety above all, always comes in the app and by mail. */
export const alwaysTold: NotificationKind = 'account'

const choice = z.strictObject({ kind: notificationKind, ...notificationPlaces.shape })
export type NotificationChoice = z.infer<typeof choice>

const endpoint = z.url({ protocol: /^https?$/ }).max(1000)

/** A device that hears by web push (RFC 8030, 8291): what the browser's PushSubscription says. */
export const pushSubscription = z.strictObject({
  endpoint,
  keys: z.strictObject({
    /** 65 bytes: a point of P-256, uncompressed. */
    p256dh: z.string().regex(/^[\w-]{87}=?$/),
    /** 16 bytes. */
    auth: z.string().regex(/^[\w-]{22}(?:==)?$/),
  }),
})
export type PushSubscriptionInput = z.infer<typeof pushSubscription>

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
    summary: 'My notifications, newest first, 50 a page, and how many are unread',
    query: z.strictObject({ cursor: id.optional() }),
    response: page(notification).extend({ unread: count }),
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
  readOne: route({
    method: 'post',
    path: '/api/notifications/:id/read',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Mark one of mine as read',
    params: z.strictObject({ id }),
    body: nothing,
    response: nothing,
  }),
  choices: route({
    method: 'get',
    path: '/api/notifications/choices',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Where I hear of what',
    response: z.strictObject({ items: z.array(choice) }),
  }),
  choose: route({
    method: 'put',
    path: '/api/notifications/choices',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Choose where to hear of these kinds; `account` stays as it is',
    body: z.strictObject({ items: z.array(choice).min(1).max(notificationKind.options.length) }),
    response: z.strictObject({ items: z.array(choice) }),
  }),
  push: route({
    method: 'get',
    path: '/api/notifications/push',
    access: 'signed-in',
    limit: 'sessions',
    summary:
      'The key that a browser needs to hear by push (VAPID, RFC 8292); null: this deployment has no push',
    query: z.strictObject({ endpoint: endpoint.optional() }),
    response: z.strictObject({
      publicKey: z.string().nullable(),
      /** On how many devices I hear by push. */
      devices: count,
      /** Is the one with this endpoint among them? */
      here: z.boolean(),
    }),
  }),
  subscribe: route({
    method: 'put',
    path: '/api/notifications/push',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Hear by push on this device, from now on as me',
    body: pushSubscription,
    response: nothing,
  }),
  unsubscribe: route({
    method: 'post',
    path: '/api/notifications/push/end',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'No push on this device any more',
    body: pushSubscription.pick({ endpoint: true }),
    response: nothing,
  }),
}
