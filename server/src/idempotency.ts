/**
 * `Idempotency-Key`: a request that is repeated (a double click, an answer that was lost) takes effect once and has one
 * answer, for a day. @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, errorBody, errorStatus } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import type { Db } from './db.ts'

export interface KeyedRequest {
  accountId: string
  /** As the client sent it. */
  key: string
  route: string
  /** What is asked; the same key with anything else is refused. */
  request: unknown
}

/** Handles the request, or answers what it was answered before. @throws AppError `key-reused`, or the refusal of then */
export type Once = (keyed: KeyedRequest, handle: () => Promise<unknown>) => Promise<unknown>

const waitMs = 15_000
const pauseMs = 50

export const createOnce =
  (db: Db): Once =>
  async (keyed, handle) => {
    if (!/^[\x21-\x7e]{8,100}$/.test(keyed.key))
      throw new AppError('bad-input', 'An Idempotency-Key has 8 to 100 characters and no spaces.')
    const hash = createHash('sha256')
      .update(JSON.stringify([keyed.route, keyed.request]))
      .digest()
    for (let left = waitMs; left > 0; left -= pauseMs) {
      if (await begin(db, keyed, hash)) return run(db, keyed, handle)
      const known = await find(db, keyed)
      if (known && !known.request_hash.equals(hash))
        throw new AppError('key-reused', 'This Idempotency-Key was used for another request.')
      if (known?.status) return answerOf(known.status, known.answer)
      // The first one is still being handled, here or on another server.
      await sleep(pauseMs)
    }
    throw new AppError('not-ready', 'The same request is still being handled. Try again in a moment.')
  }

/** Is it the first, or the first again after a server died in the middle? */
async function begin(
  db: Db,
  { accountId, key, route }: KeyedRequest,
  request_hash: Buffer,
): Promise<boolean> {
  const begun = await db
    .insertInto('idempotency_key')
    .values({ account_id: accountId, key, route, request_hash })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'key'])
        .doUpdateSet({ created_at: sql`now()` })
        .where('idempotency_key.status', 'is', null)
        .where('idempotency_key.request_hash', '=', request_hash)
        .where(sql<boolean>`idempotency_key.created_at < now() - interval '1 minute'`),
    )
    .returning('key')
    .executeTakeFirst()
  return begun !== undefined
}

const find = (db: Db, { accountId, key }: KeyedRequest) =>
  db
    .selectFrom('idempotency_key')
    .select(['request_hash', 'status', 'answer'])
    .where('account_id', '=', accountId)
    .where('key', '=', key)
    .executeTakeFirst()

/** Keeps the answer, or the refusal; of a fault nothing is kept, for trying again may help. */
async function run(db: Db, keyed: KeyedRequest, handle: () => Promise<unknown>): Promise<unknown> {
  try {
    const answer = await handle()
    await keep(db, keyed, 200, answer)
    return answer
  } catch (error) {
    const lasting =
      error instanceof AppError && errorStatus[error.code] < 500 && error.code !== 'too-many-requests'
    await (lasting ? keep(db, keyed, errorStatus[error.code], error.toBody()) : forget(db, keyed))
    throw error
  }
}

const keep = (db: Db, { accountId, key }: KeyedRequest, status: number, answer: unknown) =>
  db
    .updateTable('idempotency_key')
    .set({ status, answer: JSON.stringify(answer) })
    .where('account_id', '=', accountId)
    .where('key', '=', key)
    .execute()

const forget = (db: Db, { accountId, key }: KeyedRequest) =>
  db.deleteFrom('idempotency_key').where('account_id', '=', accountId).where('key', '=', key).execute()

function answerOf(status: number, answer: unknown): unknown {
  if (status < 400) return answer
  const { code, message, details } = errorBody.parse(answer)
  throw new AppError(code, message, details)
}

/** Keys older than a day are forgotten. */
export const forgetOldKeys = async (db: Db): Promise<void> =>
  void (await db
    .deleteFrom('idempotency_key')
    .where(sql<boolean>`created_at < now() - interval '1 day'`)
    .execute())
