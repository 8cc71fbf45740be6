import { sql, type Insertable } from 'kysely'
import { inChunks, type DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'

export async function insertMails(trx: DbOrTrx, rows: Insertable<Database['mail']>[]): Promise<void> {
  for (const some of inChunks(rows)) await trx.insertInto('mail').values(some).execute()
}

/** The mail with its row locked: whoever else sends it waits, and then finds that it was sent. */
export const lockMail = (trx: DbOrTrx, mailId: string) =>
  trx.selectFrom('mail').selectAll().where('id', '=', mailId).forUpdate().executeTakeFirst()

const noWords = { body_text: null, body_html: null, calendar: null }

export const markSent = (trx: DbOrTrx, mailId: string, keepWords: boolean) =>
  trx
    .updateTable('mail')
    .set({ status: 'sent', failure: null, sent_at: sql`now()`, ...(keepWords ? {} : noWords) })
    .where('id', '=', mailId)
    .execute()

export const markFailed = (trx: DbOrTrx, mailId: string, failure: string, forGood: boolean) =>
  trx
    .updateTable('mail')
    .set({ status: forGood ? 'failed' : 'queued', failure })
    .where('id', '=', mailId)
    .execute()

/** What nobody needs any more: the words of mails that failed a week ago, and all of them after three months. */
export async function forgetOldMails(db: DbOrTrx): Promise<void> {
  await db
    .updateTable('mail')
    .set(noWords)
    .where('created_at', '<', sql<Date>`now() - interval '8 days'`)
    .where('body_text', 'is not', null)
    .execute()
  await db
    .deleteFrom('mail')
    .where('created_at', '<', sql<Date>`now() - interval '90 days'`)
    .execute()
}
