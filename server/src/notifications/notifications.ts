/** Notices that a person can still read later, and hears of at once where they are online. */
import type { DbOrTrx } from '../db.ts'
import type { Tell } from '../sockets.ts'
import { insertNotifications, type Note } from './queries.ts'

/** Stores the note for each of these people and tells it on their sockets. Call it after the commit. */
export type Notify = (userIds: string[], note: Note) => Promise<void>

export const createNotify =
  ({ db, tell }: { db: DbOrTrx; tell: Tell }): Notify =>
  async (userIds, note) => {
    const stored = await insertNotifications(db, [...new Set(userIds)], note)
    for (const { userId, notification } of stored) tell.person(userId, 'notification.new', notification)
  }
