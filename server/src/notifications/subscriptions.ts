/** The devices on which people hear by push. */
import type { PushSubscriptionInput } from '@peerlearn/contract/notifications'
import { sql } from 'kysely'
import { isAlive } from '../auth/logins.ts'
import { newId, type DbOrTrx } from '../db.ts'

/** Devices of one person: the ones that subscribed last. */
const most = 20

/** A device belongs to whoever subscribed on it last; their signing out there does not end it, ending the login does. */
export async function subscribe(
  db: DbOrTrx,
  who: { userId: string; loginId: string },
  { endpoint, keys }: PushSubscriptionInput,
): Promise<void> {
  const values = { account_id: who.userId, login_id: who.loginId, p256dh: keys.p256dh, auth: keys.auth }
  await db
    .insertInto('push_subscription')
    .values({ id: newId(), endpoint, ...values })
    .onConflict((conflict) => conflict.column('endpoint').doUpdateSet(values))
    .execute()
  const kept = db
    .selectFrom('push_subscription')
    .select('id')
    .where('account_id', '=', who.userId)
    .orderBy('id', 'desc')
    .limit(most)
  await db
    .deleteFrom('push_subscription')
    .where('account_id', '=', who.userId)
    .where('id', 'not in', kept)
    .execute()
}

export const unsubscribe = (db: DbOrTrx, userId: string, endpoint: string) =>
  db
    .deleteFrom('push_subscription')
    .where('account_id', '=', userId)
    .where('endpoint', '=', endpoint)
    .execute()

export const removeDevice = (db: DbOrTrx, id: string) =>
  db.deleteFrom('push_subscription').where('id', '=', id).execute()

/** Devices whose login lives. */
export const findDevices = (db: DbOrTrx, userIds: string[]) =>
  userIds.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('push_subscription')
        .innerJoin('login', 'login.id', 'push_subscription.login_id')
        .select(['push_subscription.id', 'push_subscription.account_id as userId', 'endpoint'])
        .where('push_subscription.account_id', '=', sql<string>`any(${userIds}::uuid[])`)
        .where(isAlive)
        .execute()
