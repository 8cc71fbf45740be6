/** Tells people: in the app (kept, and on their sockets at once), by mail and by push, each as they chose for its kind. */
import type { Notification } from '@peerlearn/contract/notifications'
import type { Logger } from 'pino'
import type { Invite } from '../calendar/invite.ts'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Mail, MailWish } from '../mail/mail.ts'
import type { Tell } from '../sockets.ts'
import type { News, Note } from './note.ts'
import { insertNotes } from './queries.ts'
import { findReaders, type Reader } from './readers.ts'
import { findDevices } from './subscriptions.ts'

export type { News, Note } from './note.ts'

/** Tells each of these people, once. What a transaction brings with it is told by `WillTell`. */
export type Notify = (userIds: string[], note: Note) => Promise<void>

/**
 * Within the transaction that brings the news: it is told when that commits, even if this server dies in the next moment.
 * @returns tells it now; for after the commit
 */
export type WillTell = (trx: DbOrTrx, news: News[]) => Promise<TellNow>

/** Does not fail: what could not be told now is told by a job. */
export type TellNow = () => Promise<void>

export const nothingToTell: TellNow = () => Promise.resolve()

export interface NotifyDeps {
  db: Db
  tell: Tell
  jobs: Jobs
  mail: Mail
  invite: Invite
  log: Logger
  /** Does this deployment have push? */
  pushing: boolean
}

/**
 * Everything is stored in one transaction, and sent from there: a mail or a push that does not go through is tried again
 * by its job. With a `key` in the note, telling somebody twice of the same does nothing.
 */
export const createNotify =
  (deps: NotifyDeps): Notify =>
  (to, note) =>
    tellAll(deps, [{ to, note }])

/** Later than anybody who lives tells it. */
const leftToJobMs = 30_000

export const createWillTell =
  (deps: NotifyDeps): WillTell =>
  async (trx, all) => {
    const news = all.filter(({ to }) => to.length > 0).map(withKey)
    if (news.length === 0) return nothingToTell
    const jobId = newId()
    const after = new Date(Date.now() + leftToJobMs)
    await deps.jobs.send(trx, 'note.tell', { news }, { id: jobId, after })
    return () =>
      tellAll(deps, news, jobId).catch((err: unknown) =>
        deps.log.warn({ err }, 'people were not told yet; a job will'),
      )
  }

/** Whoever comes second, the job or the server that asked for it, finds it told. */
const withKey = ({ to, note }: News): News => ({ to, note: { ...note, key: note.key ?? `once:${newId()}` } })

export const noteJobs = (deps: NotifyDeps): JobHandlers => ({
  'note.tell': ({ news }) => tellAll(deps, news),
})

/** @param jobId the job that would tell the same */
async function tellAll(deps: NotifyDeps, news: News[], jobId?: string): Promise<void> {
  const told = await deps.db.transaction().execute(async (trx) => {
    const stored: Stored = { told: [], mails: [] }
    for (const one of news) await store(deps, trx, one, stored)
    await deps.mail.sendAll(trx, stored.mails)
    if (deps.pushing) await push(deps.jobs, trx, stored.told)
    if (jobId !== undefined) await deps.jobs.takeBack(trx, 'note.tell', jobId)
    return stored.told
  })
  for (const { userId, notification, places } of told)
    if (places.app) deps.tell.person(userId, 'notification.new', notification)
}

type Told = Reader & { notification: Notification }

/** What is told on sockets and by push, and by mail. */
interface Stored {
  told: Told[]
  mails: MailWish[]
}

/** Adds to `stored`. */
async function store(deps: NotifyDeps, trx: DbOrTrx, { to, note }: News, stored: Stored): Promise<void> {
  const readers = await findReaders(trx, to, note.kind)
  const notes = await insertNotes(
    trx,
    readers.map(({ userId, places }) => ({ userId, shown: places.app })),
    note,
  )
  for (const reader of readers) {
    const notification = notes.get(reader.userId)
    if (!notification) continue
    stored.told.push({ ...reader, notification })
    if (note.mail !== false && reader.places.mail && reader.email)
      stored.mails.push(await toMail(deps, trx, reader, note))
  }
}

async function toMail({ invite }: NotifyDeps, trx: DbOrTrx, reader: Reader, note: Note): Promise<MailWish> {
  const { kind, title, message, link, mailParagraphs, calendarOf } = note
  const calendar = calendarOf === undefined ? undefined : await invite(trx, calendarOf, reader.userId)
  return {
    accountId: reader.userId,
    email: reader.email ?? '',
    kind,
    subject: title,
    paragraphs: mailParagraphs ?? [message],
    ...(link && { action: { label: 'Open it', path: link } }),
    ...(calendar && { calendar }),
  }
}

async function push(jobs: Jobs, trx: DbOrTrx, told: Told[]) {
  const wanted = told.filter(({ places }) => places.push)
  const devices = await findDevices(trx, [...new Set(wanted.map(({ userId }) => userId))])
  const pushes = wanted.flatMap(({ userId, notification }) =>
    devices
      .filter((device) => device.userId === userId)
      .map(({ id }) => ({ notificationId: notification.id, subscriptionId: id })),
  )
  await jobs.sendAll(trx, 'push.send', pushes)
}
