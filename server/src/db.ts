/** The connection to Postgres, and the few things about it that everybody needs. */
import { AppError } from '@peerlearn/contract/errors'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { randomBytes } from 'node:crypto'
import type { Database } from './schema.ts'

export type Db = Kysely<Database>
/** A query function that takes this can work inside a transaction. */
export type DbOrTrx = Db | Transaction<Database>

const unanswered = 'Query read timeout'
/** Postgres itself ends a statement first; only one that hangs, or is cut off, is left to be given up here. */
const graceMs = 2_000

/**
 * Gives up its connection with a query that was not answered in time: what was sent on it may still be done, a `begin`
 * among it, and must not meet what somebody else asks later.
 */
class PatientClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const query = this.query.bind(this) as (...sent: unknown[]) => unknown // of all its overloads
    const limited = (...sent: unknown[]) => {
      const answer = query(...sent)
      if (!(answer instanceof Promise)) return answer
      return answer.catch((error: unknown) => {
        if (error instanceof Error && error.message === unanswered) this.end().catch(() => undefined)
        throw error
      })
    }
    this.query = limited as typeof this.query // hands on what it got
  }
}

/**
 * A pool on this database; `destroy()` closes it. A connection that dies is dropped, not fatal: idle, in a query, or
 * between two queries of a transaction. @param limitMs how long a statement may take; without it, as long as it likes
 */
export function createDb(url: string, max = 20, limitMs?: number): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 5_000,
    Client: PatientClient,
    ...(limitMs && { statement_timeout: limitMs, query_timeout: limitMs + graceMs }),
  })
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
}

/** This text with the signs of a LIKE pattern taken as they are. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** The LIKE pattern of everything that has this text in it. */
export const containing = (text: string): string => `%${literally(text)}%`

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

/** SQLSTATE of a server that starts, stops or ends our connection, could not be reached, or took too long. */
const awayStates = /^(57P0[1-5]|57014|08\w{3}|53300)$/
const awayReasons =
  /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/

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

/** Rows for one statement each: Postgres takes 65,535 values in one. */
export const inChunks = <T>(rows: readonly T[], size = 1_000): T[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size))
