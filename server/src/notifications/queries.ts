import type { Notification } from '@peerlearn/contract/notifications'
import { sql, type Selectable } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'

const columns = ['id', 'account_id', 'title', 'message', 'link', 'read_at', 'created_at'] as const
type Row = Pick<Selectable<Database['notification']>, (typeof columns)[number]>

const toNotification = ({ id, title, message, link, read_at, created_at }: Row): Notification => ({
  id,
  title,
  message,
  link,
  read: read_at !== null,
  createdAt: created_at.toISOString(),
})

export interface Note {
  title: string
  message: string
  /** Where to go on, a path of the client. */
  link?: string | null
}

/** @returns each person's own notification */
export async function insertNotifications(
  db: DbOrTrx,
  userIds: string[],
  { title, message, link = null }: Note,
): Promise<{ userId: string; notification: Notification }[]> {
  if (userIds.length === 0) return []
  const rows = await db
    .insertInto('notification')
    .values(userIds.map((account_id) => ({ id: newId(), account_id, title, message, link })))
    .returning(columns)
    .execute()
  return rows.map((row) => ({ userId: row.account_id, notification: toNotification(row) }))
}

/** The last 50, newest first. */
export async function findNotifications(db: DbOrTrx, userId: string): Promise<Notification[]> {
  const rows = await db
    .selectFrom('notification')
    .select(columns)
    .where('account_id', '=', userId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  return rows.map(toNotification)
}

export const markAllRead = (db: DbOrTrx, userId: string) =>
  db
    .updateTable('notification')
    .set({ read_at: sql`now()` })
    .where('account_id', '=', userId)
    .where('read_at', 'is', null)
    .execute()
