import { AppError } from '@peerlearn/contract/errors'
import { notificationKind, type Notification } from '@peerlearn/contract/notifications'
import { sql, type Selectable } from 'kysely'
import { inChunks, newId, type DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'
import type { Note } from './note.ts'

const columns = ['id', 'account_id', 'kind', 'title', 'message', 'link', 'read_at', 'created_at'] as const
type Row = Pick<Selectable<Database['notification']>, (typeof columns)[number]>

/** Kinds come and go with the years; one that is not known any more is a general one. */
const kindOf = (kind: string) => notificationKind.catch('general').parse(kind)

const toNotification = ({ id, kind, title, message, link, read_at, created_at }: Row): Notification => ({
  id,
  kind: kindOf(kind),
  title,
  message,
  link,
  read: read_at !== null,
  createdAt: created_at.toISOString(),
})

/** @returns each person's own notification, of those who were not told of its key before */
export async function insertNotes(
  db: DbOrTrx,
  readers: { userId: string; shown: boolean }[],
  note: Note,
): Promise<Map<string, Notification>> {
  const rows: Row[] = []
  for (const some of inChunks(readers)) rows.push(...(await insertSome(db, some, note)))
  return new Map(rows.map((row) => [row.account_id, toNotification(row)]))
}

const insertSome = (
  db: DbOrTrx,
  readers: { userId: string; shown: boolean }[],
  { kind, title, message, link = null, key }: Note,
) =>
  db
    .insertInto('notification')
    .values(
      readers.map(({ userId, shown }) => ({
        id: newId(),
        account_id: userId,
        shown,
        kind,
        title,
        message,
        link,
        key: key ?? null,
      })),
    )
    .onConflict((conflict) => conflict.columns(['account_id', 'key']).doNothing())
    .returning(columns)
    .execute()

const pageSize = 50

/** One page, newest first, and how many are unread in all. The cursor is the id of the last one. */
export async function findNotifications(db: DbOrTrx, userId: string, cursor?: string) {
  let page = db
    .selectFrom('notification')
    .select(columns)
    .where('account_id', '=', userId)
    .where('shown', '=', true)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(pageSize + 1)
  if (cursor !== undefined)
    page = page.where(
      sql<boolean>`(created_at, id) < (select created_at, id from notification where id = ${cursor} and account_id = ${userId})`,
    )
  const [rows, unread] = await Promise.all([page.execute(), countUnread(db, userId)])
  const items = rows.slice(0, pageSize).map(toNotification)
  return { items, nextCursor: rows.length > pageSize ? (items.at(-1)?.id ?? null) : null, unread }
}

async function countUnread(db: DbOrTrx, userId: string): Promise<number> {
  const { unread } = await db
    .selectFrom('notification')
    .select((eb) => eb.fn.countAll<string>().as('unread'))
    .where('account_id', '=', userId)
    .where('shown', '=', true)
    .where('read_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(unread)
}

/** All of this person's. */
export const markAllRead = (db: DbOrTrx, userId: string) =>
  db
    .updateTable('notification')
    .set({ read_at: sql`now()` })
    .where('account_id', '=', userId)
    .where('read_at', 'is', null)
    .execute()

/** One of this person's. @throws AppError `not-found` */
export async function markRead(db: DbOrTrx, userId: string, notificationId: string): Promise<void> {
  const row = await db
    .updateTable('notification')
    .set({ read_at: sql`coalesce(read_at, now())` })
    .where('id', '=', notificationId)
    .where('account_id', '=', userId)
    .returning('id')
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such notification of yours.')
}
