/** The job that takes one notice to one device. */
import { isAlive } from '../auth/logins.ts'
import type { Db } from '../db.ts'
import { GiveUp, type JobHandlers } from '../jobs/job-table.ts'
import type { PushSender } from './push.ts'
import { removeDevice } from './subscriptions.ts'

/** A device shows a message that came twice once; one that has unsubscribed is forgotten. */
export const pushJobs = ({ db, push }: { db: Db; push: PushSender | undefined }): JobHandlers => ({
  'push.send': async ({ notificationId, subscriptionId }) => {
    const found = await find(db, notificationId, subscriptionId)
    if (!found || !push) return
    const { endpoint, p256dh, auth, title, message, link } = found
    const outcome = await push.send(
      { endpoint, keys: { p256dh, auth } },
      { title, body: message, link: link ?? '/', tag: notificationId },
    )
    if (outcome === 'gone') await removeDevice(db, subscriptionId)
    if (outcome === 'refused') throw new GiveUp('the push service does not take this message')
  },
})

/** Nothing when the person has read it meanwhile, when the device is gone, or is somebody else's by now. */
const find = (db: Db, notificationId: string, subscriptionId: string) =>
  db
    .selectFrom('notification')
    .innerJoin('push_subscription as device', 'device.account_id', 'notification.account_id')
    .innerJoin('login', 'login.id', 'device.login_id')
    .select(['title', 'message', 'link', 'endpoint', 'p256dh', 'auth'])
    .where('notification.id', '=', notificationId)
    .where('notification.read_at', 'is', null)
    .where('device.id', '=', subscriptionId)
    .where(isAlive)
    .executeTakeFirst()
