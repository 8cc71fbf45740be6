import { notificationRoutes as routes } from '@peerlearn/contract/notifications'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { findNotifications, markAllRead } from './queries.ts'

export const notificationRoutes = ({ db }: { db: Db }): Binding[] => [
  on(routes.notifications, async ({ who }) => ({ items: await findNotifications(db, who.userId) })),
  on(routes.readAll, async ({ who }) => {
    await markAllRead(db, who.userId)
    return {}
  }),
]
