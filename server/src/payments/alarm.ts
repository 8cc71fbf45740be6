/** Money that needs a look: admins hear of it at once where they are online, in the app and by mail. */
import type { Logger } from 'pino'
import { findAdminIds } from '../admin/queries.ts'
import type { DbOrTrx } from '../db.ts'
import type { TellNow, WillTell } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'

export interface AlarmDeps {
  willTell: WillTell
  tell: Tell
  log: Logger
}

/** `key`: the same thing is told once. @returns tells them; for after the commit */
export async function alarm(
  { willTell, tell, log }: AlarmDeps,
  trx: DbOrTrx,
  { title, message, key }: { title: string; message: string; key: string },
): Promise<TellNow> {
  const admins = await findAdminIds(trx)
  // Of a kind that nobody can switch off.
  const note = { kind: 'account', title, message, link: '/admin/money', key } as const
  const tellNotes = await willTell(trx, [{ to: admins, note }])
  return () => {
    log.warn({ key }, title)
    tell.people(admins, 'system.alert', { level: 'error', message, at: new Date().toISOString() })
    return tellNotes()
  }
}
