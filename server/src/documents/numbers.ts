/** Document numbers: 16 characters at most, one series a supplier, kind and financial year, without gaps (GST rule 46). */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'

type Kind = Database['document']['kind']

const letter: Record<Kind, string> = { receipt: 'R', invoice: 'I', 'credit-note': 'C' }

/** India's financial year of an instant, April to March in Indian time: `26` for 2026-27. */
export function financialYear(at: Date): string {
  const [year = 0, month = 0] = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' })
    .format(at)
    .split('-')
    .map(Number)
  return String((month >= 4 ? year : year - 1) % 100).padStart(2, '0')
}

/** The next number of a mentor's series. Others of the series wait until the transaction ends, so none is left out. */
export async function nextNumber(
  trx: DbOrTrx,
  { mentorId, kind, at }: { mentorId: string; kind: Kind; at: Date },
): Promise<{ series: string; seq: number; number: string }> {
  const series = `${letter[kind]}${financialYear(at)}/${await codeOf(trx, mentorId)}`
  const seq = await count(trx, series)
  return { series, seq, number: `${series}-${String(seq).padStart(5, '0')}` }
}

async function count(trx: DbOrTrx, series: string): Promise<number> {
  const { last } = await trx
    .insertInto('document_counter')
    .values({ series, last: 1 })
    .onConflict((conflict) => conflict.column('series').doUpdateSet({ last: sql`document_counter.last + 1` }))
    .returning('last')
    .executeTakeFirstOrThrow()
  return last
}

/** A short code of the mentor's own, given with the first document. */
async function codeOf(trx: DbOrTrx, mentorId: string): Promise<number> {
  await trx
    .insertInto('mentor_terms')
    .values({ mentor_id: mentorId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { code } = await trx
    .selectFrom('mentor_terms')
    .select('document_code as code')
    .where('mentor_id', '=', mentorId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  if (code !== null) return code
  const given = await count(trx, 'mentors')
  await trx
    .updateTable('mentor_terms')
    .set({ document_code: given })
    .where('mentor_id', '=', mentorId)
    .execute()
  return given
}
