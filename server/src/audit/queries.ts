/** The audit log as people read it: with names in the place of ids. */
import type { AuditEntry } from '@peerlearn/contract/audit'
import { id } from '@peerlearn/contract/base'
import type { DbOrTrx } from '../db.ts'

/** One page, newest first. `cursor`: the place in the log that the page before ended with. */
export async function findEntries(
  db: DbOrTrx,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
  let page = db
    .selectFrom('audit_event')
    .leftJoin('account as actor', 'actor.id', 'audit_event.actor_id')
    .select(['seq', 'at', 'actor_id', 'actor.name as actorName', 'action', 'subject', 'data'])
    .orderBy('seq', 'desc')
    .limit(limit + 1)
  if (cursor !== undefined) page = page.where('seq', '<', cursor)
  const rows = await page.execute()
  const shown = rows.slice(0, limit)
  const names = await findNames(
    db,
    shown.map(({ subject }) => subject),
  )
  const items = shown.map((row) => ({
    seq: Number(row.seq),
    at: row.at.toISOString(),
    actor: row.actor_id === null ? null : { id: row.actor_id, name: row.actorName },
    action: row.action,
    subject: row.subject,
    subjectName: names.get(row.subject) ?? null,
    data: row.data,
  }))
  return { items, nextCursor: rows.length > limit ? (shown.at(-1)?.seq ?? null) : null }
}

/** subject → name of the account or title of the session. */
async function findNames(db: DbOrTrx, subjects: string[]): Promise<Map<string, string>> {
  const accounts = idsOf('account', subjects)
  const sessions = idsOf('session', subjects)
  const [people, titles] = await Promise.all([
    accounts.length > 0
      ? db.selectFrom('account').select(['id', 'name']).where('id', 'in', accounts).execute()
      : [],
    sessions.length > 0
      ? db.selectFrom('session').select(['id', 'title as name']).where('id', 'in', sessions).execute()
      : [],
  ])
  return new Map([
    ...people.map((row) => [`account:${row.id}`, row.name] as const),
    ...titles.map((row) => [`session:${row.id}`, row.name] as const),
  ])
}

const idsOf = (kind: string, subjects: string[]) => [
  ...new Set(
    subjects
      .filter((subject) => subject.startsWith(`${kind}:`))
      .map((subject) => subject.slice(kind.length + 1))
      .filter((value) => id.safeParse(value).success),
  ),
]
