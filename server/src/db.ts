/** The connection to Postgres, and the few things about it that everybody needs. */
import { AppError } from '@peerlearn/contract/errors'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { randomBytes } from 'node:crypto'
import type { Database } from './schema.ts'

export type Db = Kysely<Database>
/** A query function that takes this can work inside a transaction. */
export type DbOrTrx = Db | Transaction<Database>

/**
 * A pool on this database; `destroy()` closes it. A connection that dies is dropped, not fatal: idle, in a query, or
 * between two queries of a transaction.
 */
export function createDb(url: string, max = 20): Db {
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
}

/** A UUIDv7 (RFC 9562): ids made later sort later, so their index grows at one end. */
export function newId(now = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Did this statement fail on that constraint (or on that kind, by SQLSTATE)? */
export const violates = (error: unknown, constraint: string): boolean =>
  error instanceof pg.DatabaseError && (error.constraint === constraint || error.code === constraint)

/** SQLSTATE of a server that starts, stops or ends our connection, and of one that could not be reached. */
const awayStates = /^(57P0[1-5]|08\w{3}|53300)$/
const awayReasons =
  /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/

/** Is the database away (stopped, restarting, cut off), rather than refusing this statement? */
export function isAway(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return awayStates.test(error.code ?? '')
  if (error instanceof AggregateError) return error.errors.some(isAway)
  if (!(error instanceof Error) || error instanceof AppError) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return awayReasons.test(`${code} ${error.message}`)
}

/** What a request gets while the database is away. */
export const notReady = () =>
  new AppError('not-ready', 'The server can’t reach its database just now. Try again in a moment.')

/** Is the database there? */
export const ping = async (db: Db) => void (await sql`select 1`.execute(db))
