/** Walks the audit log's chain from its beginning. */
import type { DbOrTrx } from '../db.ts'
import { chainBegin, hashOf, type AuditRow } from './audit.ts'

/** The newest row: note it elsewhere, and rows that are cut off later are missed. */
export interface Head {
  seq: number
  /** Hex. */
  hash: string
}

export interface AuditVerdict {
  rows: number
  head: Head | null
  /** The first row at fault and why; null when all is well. */
  fault: { seq: number; why: string } | null
}

const pageSize = 1_000

/** Recomputes every hash. With a head noted before, that row must still be there as it was. */
export async function verifyAudit(db: DbOrTrx, noted?: Head): Promise<AuditVerdict> {
  let head: Head | null = null
  let previous: Buffer = chainBegin
  for (;;) {
    const rows = await findAfter(db, head?.seq ?? 0)
    for (const row of rows) {
      const seq: number = (head?.seq ?? 0) + 1
      const why = faultOf(row, seq, previous, noted)
      if (why) return { rows: seq - 1, head, fault: { seq, why } }
      head = { seq, hash: row.hash.toString('hex') }
      previous = row.hash
    }
    if (rows.length < pageSize) break
  }
  const last = head?.seq ?? 0
  const cut = noted !== undefined && noted.seq > last
  return { rows: last, head, fault: cut ? { seq: last + 1, why: 'rows that were noted are missing' } : null }
}

type Stored = Awaited<ReturnType<typeof findAfter>>[number]

function faultOf(row: Stored, seq: number, previous: Buffer, noted: Head | undefined): string | undefined {
  if (Number(row.seq) !== seq) return 'a row is missing here'
  if (!row.previous.equals(previous)) return 'it does not follow the row before'
  const { at, actor_id: actorId, action, subject } = row
  const data = row.data as AuditRow['data'] // jsonb, written by audit()
  if (!hashOf(previous, { seq, at, actorId, action, subject, data }).equals(row.hash))
    return 'its words are not those that were written'
  if (noted?.seq === seq && noted.hash !== row.hash.toString('hex')) return 'it is not the row that was noted'
  return undefined
}

const findAfter = (db: DbOrTrx, seq: number) =>
  db
    .selectFrom('audit_event')
    .selectAll()
    .where('seq', '>', String(seq))
    .orderBy('seq')
    .limit(pageSize)
    .execute()
