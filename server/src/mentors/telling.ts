/** Followers hear of what a mentor publishes: looked for every minute, told once, whatever server was killed meanwhile. */
import { sql } from 'kysely'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Notify } from '../notifications/notifications.ts'

interface TellDeps {
  db: Db
  notify: Notify
  now: () => Date
}

/** What was published longer ago is no news. */
const newsMs = 60 * 60_000

export const followerJobs = (deps: TellDeps): JobHandlers => ({
  'follow.tell': () => tellFollowers(deps),
})

/** So many are told in one transaction: a statement takes 65,535 values. */
const atOnce = 500

async function tellFollowers({ db, notify, now }: TellDeps): Promise<void> {
  for (const { key: published, id, title, mentorId, mentorName, dates, publishedAt } of await findNews(
    db,
    now(),
  )) {
    const key = `follow:${published}`
    const followers = await findUntold(db, { mentorId, key, publishedAt })
    for (let i = 0; i < followers.length; i += atOnce)
      await notify(followers.slice(i, i + atOnce), {
        kind: 'follow',
        title: `${mentorName} has a new session`,
        message: dates > 1 ? `“${title}”, on ${dates} dates.` : `“${title}”.`,
        link: `/sessions/${id}`,
        key,
      })
  }
}

interface News {
  mentorId: string
  key: string
  publishedAt: Date
}

/** Those who followed when it was published, and have not heard of it yet. */
async function findUntold(db: DbOrTrx, { mentorId, key, publishedAt }: News): Promise<string[]> {
  const rows = await db
    .selectFrom('follow')
    .select('learner_id')
    .where('mentor_id', '=', mentorId)
    .where('created_at', '<=', publishedAt)
    .where(
      sql<boolean>`not exists (select from notification
        where notification.account_id = follow.learner_id and notification.key = ${key})`,
    )
    .execute()
  return rows.map((row) => row.learner_id)
}

/** New sessions of mentors who have followers; a series is one, by its first date. Ids grow with time. */
async function findNews(db: DbOrTrx, now: Date) {
  const oldest = newId(now.getTime() - newsMs)
  return db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.mentor_id')
    .select(sql<string>`coalesce(session.series_id, session.id)`.as('key'))
    .select(sql<string>`(array_agg(session.id order by session.starts_at))[1]`.as('id'))
    .select(sql<string>`(array_agg(session.title order by session.starts_at))[1]`.as('title'))
    .select(['session.mentor_id as mentorId', 'account.name as mentorName'])
    .select(sql<number>`count(*)::int`.as('dates'))
    .select(sql<Date>`min(session.created_at)`.as('publishedAt'))
    .where('session.id', '>', oldest)
    .where('session.status', '=', 'scheduled')
    .where(sql<boolean>`exists (select from follow where follow.mentor_id = session.mentor_id)`)
    .groupBy(['key', 'session.mentor_id', 'account.name'])
    .execute()
}
