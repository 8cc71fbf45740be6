/** Tells people: in the app (kept, and on their sockets at once), by mail and by push, each as they chose for its kind. */
import type { Notification } from '@peerlearn/contract/notifications'
import type { Db, DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Mail, MailWish } from '../mail/mail.ts'
import type { Tell } from '../sockets.ts'
import { findReaders, type Reader } from './readers.ts'
import { insertNotes, type Note } from './queries.ts'
import { findDevices } from './subscriptions.ts'

export type { Note } from './queries.ts'

/** Tells each of these people, once. Call it after the commit. */
export type Notify = (userIds: string[], note: Note) => Promise<void>

export interface NotifyDeps {
  db: Db
  tell: Tell
  jobs: Jobs
  mail: Mail
  /** Does this deployment have push? */
  pushing: boolean
}

/**
 * Everything is stored in one transaction, and sent from there: a mail or a push that does not go through is tried again
 * by its job. With a `key` in the note, telling somebody twice of the same does nothing.
 */
export const createNotify =
  (deps: NotifyDeps): Notify =>
  async (userIds, note) => {
    const told = await deps.db.transaction().execute((trx) => store(deps, trx, userIds, note))
    for (const { userId, notification } of told) deps.tell.person(userId, 'notification.new', notification)
  }

/** @returns what people are told on their sockets */
async function store({ jobs, mail, pushing }: NotifyDeps, trx: DbOrTrx, userIds: string[], note: Note) {
  const readers = await findReaders(trx, userIds, note.kind)
  const stored = await insertNotes(
    trx,
    readers.map(({ userId, places }) => ({ userId, shown: places.app })),
    note,
  )
  const news = readers.flatMap((reader) => {
    const notification = stored.get(reader.userId)
    return notification ? [{ ...reader, notification }] : []
  })
  const mailed = note.mail === false ? [] : news.filter(({ places, email }) => places.mail && email)
  await mail.sendAll(
    trx,
    mailed.map((reader) => toMail(reader, note)),
  )
  if (pushing) await push(jobs, trx, news)
  return news.filter(({ places }) => places.app)
}

function toMail({ userId, email }: Reader, note: Note): MailWish {
  const { kind, title, message, link, mailParagraphs, calendar } = note
  return {
    accountId: userId,
    email: email ?? '',
    kind,
    subject: title,
    paragraphs: mailParagraphs ?? [message],
    ...(link && { action: { label: 'Open it', path: link } }),
    ...(calendar && { calendar }),
  }
}

async function push(jobs: Jobs, trx: DbOrTrx, news: (Reader & { notification: Notification })[]) {
  const wanted = new Map(
    news.filter(({ places }) => places.push).map((one) => [one.userId, one.notification.id]),
  )
  const devices = await findDevices(trx, [...wanted.keys()])
  const pushes = devices.flatMap(({ id, userId }) => {
    const notificationId = wanted.get(userId)
    return notificationId ? [{ notificationId, subscriptionId: id }] : []
  })
  await jobs.sendAll(trx, 'push.send', pushes)
}
