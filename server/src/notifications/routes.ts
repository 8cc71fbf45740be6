import { AppError } from '@peerlearn/contract/errors'
import { alwaysTold, notificationRoutes as routes } from '@peerlearn/contract/notifications'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import type { PushSender } from './push.ts'
import { findNotifications, markAllRead, markRead } from './queries.ts'
import { choose, findChoices } from './readers.ts'
import { findDevices, subscribe, unsubscribe } from './subscriptions.ts'

export interface NotificationDeps {
  db: Db
  /** undefined: this deployment has no push. */
  push: PushSender | undefined
}

export const notificationRoutes = ({ db, push }: NotificationDeps): Binding[] => [
  on(routes.notifications, ({ who, query }) => findNotifications(db, who.userId, query.cursor)),
  on(routes.readAll, async ({ who }) => {
    await markAllRead(db, who.userId)
    return {}
  }),
  on(routes.readOne, async ({ who, params }) => {
    await markRead(db, who.userId, params.id)
    return {}
  }),
  on(routes.choices, async ({ who }) => ({ items: await findChoices(db, who.userId) })),
  on(routes.choose, async ({ who, body }) => {
    const open = body.items.map((item) =>
      item.kind === alwaysTold ? { ...item, app: true, mail: true } : item,
    )
    await choose(db, who.userId, open)
    return { items: await findChoices(db, who.userId) }
  }),
  on(routes.push, async ({ who, query }) => {
    const devices = await findDevices(db, [who.userId])
    const here = devices.some(({ endpoint }) => endpoint === query.endpoint)
    return { publicKey: push?.publicKey ?? null, devices: devices.length, here }
  }),
  on(routes.subscribe, async ({ who, body }) => {
    if (!push) throw new AppError('not-found', 'This deployment sends no push messages.')
    if (!push.mayReach(body.endpoint))
      throw new AppError('bad-input', 'This push service can’t be used.', {
        endpoint: 'Not a public https address.',
      })
    await subscribe(db, who, body)
    return {}
  }),
  on(routes.unsubscribe, async ({ who, body }) => {
    await unsubscribe(db, who.userId, body.endpoint)
    return {}
  }),
]
