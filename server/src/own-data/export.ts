/** Everything about a person, to take away: a zip with a JSON file a table, their picture, and a note that explains. */
import { zip, type Zippable } from 'fflate'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { personalTables, type PersonalTable } from './tables.ts'

/** A person has few rows of most kinds; of what happened in rooms there may be many. */
const mostRows = 100_000

export async function exportPerson(db: DbOrTrx, accountId: string, now: Date): Promise<Uint8Array> {
  const files: Zippable = { 'README.txt': encode(note(now)) }
  for (const [table, personal] of Object.entries(personalTables)) {
    const rows = await findRows(db, table, personal, accountId)
    if (rows.length > 0) files[`${table}.json`] = encode(JSON.stringify(rows, null, 2))
  }
  const picture = await db
    .selectFrom('profile_image')
    .select('webp')
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  if (picture) files['profile-image.webp'] = picture.webp
  return zipped(files)
}

const encode = (text: string) => new TextEncoder().encode(text)

/** In a thread of its own: a class goes on meanwhile. */
const zipped = (files: Zippable) =>
  new Promise<Uint8Array>((resolve, reject) =>
    zip(files, { level: 6 }, (error, bytes) => (error ? reject(error) : resolve(bytes))),
  )

async function findRows(db: DbOrTrx, table: string, { of, without = [] }: PersonalTable, id: string) {
  const { rows } = await sql<{ row: Record<string, unknown> }>`
    select to_jsonb(t) - ${[...without]}::text[] as row from ${sql.table(table)} as t
    where ${of(id)} limit ${mostRows}`.execute(db)
  return rows.map(({ row }) => row)
}

const note = (now: Date) => `What PeerLearn knows of you, made at ${now.toISOString()}.

Each .json file is one table of the database, with the rows that are about you: times are in UTC, money is in paise
(100 paise are 1 rupee). Left out are secrets that protect your account, such as the hash of your password, and the words
of mails: their links let in whoever has them.

room_event.json holds what you did and said in classes, booking.json your seats, payment.json and refund.json your money,
document.json your receipts, audit_event.json what you did, and what was done to your account, that is kept for security.
`
