/** The real server on a random port with a database of its own, for one test file. Everything is closed after it. */
import pg from 'pg'
import { afterAll, inject, vi } from 'vitest'
import type { ResponseOf, Route } from '@peerlearn/contract/route'
import { authRoutes } from '@peerlearn/contract/auth'
import { createApp, type App } from '../src/app.ts'
import { createAccessTokens } from '../src/auth/access-tokens.ts'
import { inProcessBus, redisBus, type Bus } from '../src/bus.ts'
import { parseConfig, type Config } from '../src/config.ts'
import { createDb, type Db } from '../src/db.ts'
import { createHttpServer, listen, stopListening } from '../src/http-server.ts'
import { createLog } from '../src/log.ts'
import { newLogin, newPerson, type Person, type PersonWish } from './factories.ts'
import { call, TestSocket, type CallInput, type Signed } from './harness-client.ts'
import { template } from './harness-postgres.ts'
import { freePort } from './harness-ports.ts'

export { Refused, TestSocket } from './harness-client.ts'
export type { Person } from './factories.ts'
export { freePort }

export interface TestServer {
  url: string
  db: Db
  config: Config
  app: App
  bus: Bus
  /** Calls a route of the contract, as nobody or as this person. Throws Refused. */
  api: <R extends Route>(route: R, input: CallInput<R>, person?: Signed) => Promise<ResponseOf<R>>
  /** Somebody new, signed in. */
  person: (wish?: PersonWish) => Promise<Person>
  /** One more login of this person. */
  again: (person: { userId: string; secondFactor?: boolean }) => Promise<{ loginId: string; token: string }>
  /** A socket of this person, open. */
  connect: (person: Signed) => Promise<TestSocket>
  close: () => Promise<void>
}

export interface ServerWish {
  /** Settings that differ from the usual ones of a test. */
  env?: Record<string, string>
  /** The database of another server. */
  databaseUrl?: string
  now?: () => Date
  /** Do jobs come by themselves, too? Else a test sends those that it is about. */
  crons?: boolean
}

/** Long and different, as in production; and the same for all servers of a test. */
const secrets = {
  AUTH_SECRET: 'a-test-of-auth-4ab8c1d90e2f',
  SFU_SECRET: 'a-test-of-sfu-77c1d2f90b3e',
  TURN_SECRET: 'a-test-of-turn-0c9d8e7f6a5b',
  RAZORPAY_KEY_ID: 'rzp_sandbox_test',
  RAZORPAY_KEY_SECRET: 'a-test-of-pay-key-19f8e7d6',
  RAZORPAY_WEBHOOK_SECRET: 'a-test-of-pay-hook-5c4b3a',
}

const open = new Set<() => Promise<void>>()
afterAll(async () => {
  for (const close of [...open].reverse()) await close()
})

/** Runs this after the file's tests, unless the answer was called before; what was opened last is closed first. */
export function closeLater(close: () => Promise<void>): () => Promise<void> {
  const once = async () => {
    if (open.delete(once)) await close()
  }
  open.add(once)
  return once
}

/** Waits until this no longer throws: for a condition, never for a time. The machine may be busy. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 10_000, interval: 50 })

let copies = 0

/** A fresh copy of the migrated database. @returns its address */
export async function newDatabase(): Promise<string> {
  const url = inject('postgresUrl')
  const name = `t_${process.pid}_${Date.now().toString(36)}_${copies++}`
  await inPostgres(`create database ${name} template ${template}`)
  closeLater(() => inPostgres(`drop database if exists ${name} with (force)`))
  return `${url}/${name}`
}

async function inPostgres(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${inject('postgresUrl')}/postgres` })
  await client.connect()
  await client.query(statement)
  await client.end()
}

let shared: Promise<string> | undefined
/** The database that all servers and connections of this file share. */
export const fileDatabase = (): Promise<string> => (shared ??= newDatabase())

/** A connection to it, without a server. */
export async function openDb(databaseUrl?: string): Promise<Db> {
  const db = createDb(databaseUrl ?? (await fileDatabase()), 10)
  closeLater(() => db.destroy())
  return db
}

/** The settings of a test's server. Nothing answers at SFU_URLS: a test of rooms starts a node and names it. */
export const testConfig = (env: Record<string, string> = {}): Config =>
  parseConfig({
    NODE_ENV: 'test',
    PORT: '0',
    PUBLIC_URL: 'http://localhost:3000',
    DATABASE_URL: 'postgres://nowhere',
    SFU_URLS: 'ws://127.0.0.1:9',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...secrets,
    ...env,
  })

/** Several of one file share its database; with REDIS_URL in `env` they share a bus, too. */
export async function startServer({
  env,
  databaseUrl,
  now = () => new Date(),
  crons = false,
}: ServerWish = {}): Promise<TestServer> {
  const database = databaseUrl ?? (await fileDatabase())
  const port = await freePort()
  const url = `http://localhost:${port}`
  const config = testConfig({ PORT: String(port), PUBLIC_URL: url, DATABASE_URL: database, ...env })
  const log = createLog(config.LOG_LEVEL)
  const db = createDb(config.DATABASE_URL, 10)
  const onBusError = (err: unknown) => log.warn({ err }, 'the bus failed')
  const bus = config.REDIS_URL ? redisBus(config.REDIS_URL, onBusError) : inProcessBus(onBusError)
  const app = createApp({ config, db, bus, log, now, crons })
  const server = createHttpServer(app)
  await listen(server, config.PORT)
  const tokens = createAccessTokens(config, now)
  const close = closeLater(async () => {
    const stopped = stopListening(server)
    await app.close()
    server.closeAllConnections()
    await stopped
    await bus.close()
    await db.destroy()
  })
  return {
    url,
    db,
    config,
    app,
    bus,
    close,
    api: (route, input, person) => call(url, route, input, person),
    person: (wish) => newPerson(db, tokens, wish),
    again: (person) => newLogin(db, tokens, person),
    connect: async (person) => {
      const { ticket } = await call(url, authRoutes.wsTicket, { body: {} }, person)
      return new TestSocket({ url, ticket }).opened()
    },
  }
}
