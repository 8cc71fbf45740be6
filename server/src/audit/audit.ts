/**
 * Who did what that matters later. Each row's hash covers the row before it, so a row that is changed, taken out or put
 * in between is found by `npm run audit:verify`; cutting off the newest rows is found by a head that was noted before.
 */
import { createHash } from 'node:crypto'
import type { AuditAction } from '@peerlearn/contract/audit'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export interface AuditFact {
  /** null: the system itself. */
  actorId: string | null
  /** `noun.verb`, past tense, with its words in the contract. */
  action: AuditAction
  /** What it was done to: `account:<id>`, `payment:<id>`. */
  subject: string
  /** Ids, amounts, states: no names, no addresses, no secrets. It can't be erased. */
  data?: Record<string, Json>
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export interface AuditRow extends Required<Omit<AuditFact, 'action'>> {
  /** Also one that is not written any more. */
  action: string
  seq: number
  at: Date
}

/** One writer at a time: the chain has no branches. Any number; nothing else uses it. */
const chainLock = 7_420_031

/** What the first row's `previous` is. */
export const chainBegin = Buffer.alloc(32)

/**
 * Appends to the chain in the caller's transaction, or in one of its own where there is none: the lock lives as long. Others
 * that append wait until it ends: call it last, after every other lock is taken.
 */
export const audit = (db: DbOrTrx, fact: AuditFact): Promise<void> =>
  db.isTransaction ? append(db, fact) : db.transaction().execute((trx) => append(trx, fact))

async function append(trx: DbOrTrx, { actorId, action, subject, data = {} }: AuditFact): Promise<void> {
  await sql`select pg_advisory_xact_lock(${chainLock})`.execute(trx)
  const last = await trx
    .selectFrom('audit_event')
    .select(['seq', 'hash'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  const row: AuditRow = { seq: Number(last?.seq ?? 0) + 1, at: new Date(), actorId, action, subject, data }
  const previous = last?.hash ?? chainBegin
  await trx
    .insertInto('audit_event')
    .values({
      seq: row.seq,
      at: row.at,
      actor_id: actorId,
      action,
      subject,
      data: JSON.stringify(data),
      previous,
      hash: hashOf(previous, row),
    })
    .execute()
}

/** SHA-256 over the hash before and the row, written the same way whatever order its keys come in. */
export function hashOf(previous: Buffer, { seq, at, actorId, action, subject, data }: AuditRow): Buffer {
  const words = [seq, at.toISOString(), actorId, action, subject, canonical(data)]
  return createHash('sha256').update(previous).update(JSON.stringify(words)).digest()
}

/** Objects as sorted pairs: jsonb keeps no order of keys. */
function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  return Object.keys(value)
    .sort()
    .map((key) => [key, canonical(value[key] ?? null)])
}
