/** Money that needs a look: admins hear of it at once where they are online, in the app and by mail. */
import type { Logger } from 'pino'
import { findAdminIds } from '../admin/queries.ts'
import type { Db } from '../db.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'

export interface AlarmDeps {
  db: Db
  notify: Notify
  tell: Tell
  log: Logger
}

/** `key`: the same thing is told once. */
export async function alarm(
  { db, notify, tell, log }: AlarmDeps,
  { title, message, key }: { title: string; message: string; key: string },
): Promise<void> {
  log.warn({ key }, title)
  const admins = await findAdminIds(db)
  tell.people(admins, 'system.alert', { level: 'error', message, at: new Date().toISOString() })
  // Of a kind that nobody can switch off.
  await notify(admins, { kind: 'account', title, message, link: '/admin', key })
}
