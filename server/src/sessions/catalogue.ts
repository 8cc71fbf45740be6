/** The catalogue: sessions that can still be joined, soonest first, page by page. */
import { AppError } from '@peerlearn/contract/errors'
import type { QueryOf } from '@peerlearn/contract/route'
import type { Session, sessionRoutes } from '@peerlearn/contract/sessions'
import { sql, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { containing, type DbOrTrx } from '../db.ts'
import { isMentor } from '../users/queries.ts'
import { seatsLeft, selectSessions, toSession } from './queries.ts'

type Filter = QueryOf<typeof sessionRoutes.list>

/**
 * One page. The cursor is the last row's start (in microseconds, as Postgres keeps it) and id, so equal starts neither
 * repeat nor vanish between pages.
 */
export async function listSessions(
  db: DbOrTrx,
  filter: Filter,
): Promise<{ items: Session[]; nextCursor: string | null }> {
  let page = selectSessions(db)
    .select(startText.as('startText'))
    .where(isOpen)
    .orderBy('session.starts_at')
    .orderBy('session.id')
    .limit(filter.limit + 1)
  for (const condition of await conditions(db, filter)) page = page.where(condition)
  const rows = await page.execute()
  const items = rows.slice(0, filter.limit)
  const last = rows.length > filter.limit ? items.at(-1) : undefined
  return { items: items.map(toSession), nextCursor: last ? toCursor(last.startText, last.id) : null }
}

const startText = sql<string>`to_char(session.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * Not over yet. The bound on starts_at says nothing new (a session lasts 8 hours at most), but lets the index begin
 * at the present instead of at the first session ever that nobody held.
 */
const isOpen = sql<boolean>`session.status in ('scheduled', 'live')
  and session.starts_at >= least(now() - interval '8 hours', (select min(starts_at) from session where status = 'live'))
  and (session.status = 'live' or session.starts_at + session.duration_minutes * interval '1 minute' > now())`

/** The cheap ones first: Postgres asks them in this order, and looking into texts is dear. */
async function conditions(db: DbOrTrx, filter: Filter): Promise<RawBuilder<boolean>[]> {
  const { skill, from, to, maxPricePaise, seatsLeft: seats, mentorId, cursor } = filter
  const found: RawBuilder<boolean>[] = []
  if (cursor !== undefined) found.push(isAfter(cursor))
  if (from !== undefined) found.push(sql`session.starts_at >= ${from}::timestamptz`)
  if (to !== undefined) found.push(sql`session.starts_at < ${to}::timestamptz`)
  if (mentorId !== undefined) found.push(sql`session.mentor_id = ${mentorId}`)
  if (maxPricePaise !== undefined) found.push(sql`session.price_paise <= ${maxPricePaise}`)
  if (skill !== undefined) found.push(sql`lower_all(session.skills) @> array[lower(${skill})]`)
  found.push(...(await Promise.all(words(filter.q).map((word) => says(db, word)))))
  if (seats !== undefined) found.push(sql`session.capacity >= ${seats} and ${seatsLeft} >= ${seats}`)
  return found
}

/** The words asked for, eight at most. */
const words = (q = '') => q.split(/\s+/).filter(Boolean).slice(0, 8)

/**
 * In the title, the description or the mentor's name; each side has a trigram index. The mentors are looked up before:
 * only with their number known does Postgres choose well between walking the calendar and asking the indexes.
 */
async function says(db: DbOrTrx, word: string): Promise<RawBuilder<boolean>> {
  const pattern = containing(word)
  const mentors = await db
    .selectFrom('account')
    .select('id')
    .where('name', 'ilike', pattern)
    .where(isMentor)
    .where(teaches)
    .execute()
  const ids = mentors.map((mentor) => mentor.id)
  const inText = sql<boolean>`(session.title || ' ' || session.description) ilike ${pattern}`
  return ids.length === 0 ? inText : sql`(session.mentor_id = any (${ids}::uuid[]) or ${inText})`
}

/** Has the account something in the catalogue? Those who taught long ago would only make Postgres look for them in vain. */
const teaches = sql<boolean>`(id in (select mentor_id from session where status = 'live')
  or exists (select from session where mentor_id = account.id
    and status = 'scheduled' and starts_at >= now() - interval '8 hours'))`

const cursorParts = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/), z.uuid()])

const toCursor = (start: string, id: string) => Buffer.from(`${start}/${id}`).toString('base64url')

/** Does this start name a day that exists? Date.parse takes the 31st of February for the 3rd of March; Postgres refuses it. */
const isDay = (start: string) => {
  const at = Date.parse(start)
  return (
    !Number.isNaN(at) &&
    new Date(at).toISOString().slice(0, 10) === start.slice(0, 10) &&
    !/^0000/.test(start)
  )
}

function isAfter(cursor: string): RawBuilder<boolean> {
  const parts = cursorParts.safeParse(Buffer.from(cursor, 'base64url').toString().split('/'))
  const start = parts.data?.[0]
  if (!parts.success || !isDay(start ?? ''))
    throw new AppError('bad-input', 'This page is not there.', { cursor: 'Not a cursor of this list.' })
  return sql`(session.starts_at, session.id) > (${start}::timestamptz, ${parts.data[1]}::uuid)`
}
