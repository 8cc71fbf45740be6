import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Refusal } from '../setup/refusal.mjs'
import { unprivileged } from '../setup/postgres-account.mjs'
import { keepDatabaseUrl } from './trial-database.ts'
import { Child, type Death } from './child.ts'
import type { LogFile } from './log-file.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import {
  clearLeftovers,
  clusterAccount,
  explain,
  findOrMakeCluster,
  type ClusterOptions,
} from './postgres-cluster.ts'

export interface PostgresOptions extends ClusterOptions {
  port: number
  log: LogFile
  onDown: (death: Death) => boolean
}

export interface Postgres {
  /** For DATABASE_URL. */
  url: string
  child: Child
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path would have to be short, and the data folder may lie anywhere.
  unix_socket_directories: '',
  max_connections: '100',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
}

/**
 * Starts the built-in Postgres with its data under the data folder, and makes the database if it is not there.
 * It is a real server with its durability untouched, reachable from this machine alone.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { dataDir, port, password, guardian, log, say, onDown } = options
  const account = clusterAccount(dataDir, unprivileged(['postgres', 'nobody']))
  const binaries = postgresBinaries(account, say)
  const folder = await findOrMakeCluster(binaries, account, options)
  const settings = Object.entries({ ...SETTINGS, port: String(port) })
  let death: Death | undefined
  const child = new Child({
    name: 'Postgres',
    command: binaries.postgres,
    args: ['-D', folder, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    cwd: '/',
    ...(account && { account }),
    stopSignal: 'INT',
    guardian,
    log,
    beforeStart: () => clearLeftovers(folder),
    onDown: (latest) => {
      death = latest
      return onDown(latest)
    },
  })
  await child.start()
  try {
    const url = await waitForDatabase(port, password, () => death && explain(death.lines.join('\n'), folder))
    keepDatabaseUrl(dataDir, url)
    return { url, child }
  } catch (error) {
    await child.stop(2_000)
    throw error
  }
}

/** Connects until it answers; `failure` says when there is no more hope. */
async function waitForDatabase(
  port: number,
  password: string,
  failure: () => string | undefined,
): Promise<string> {
  const url = (database: string) => `postgres://peerlearn:${password}@127.0.0.1:${port}/${database}`
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    const code = await attempt(url('peerlearn'), 'select 1')
    if (code === undefined) return url('peerlearn')
    if (code === '3D000') await attempt(url('postgres'), 'create database peerlearn')
    else if (code === '28P01')
      throw new Refusal(
        "The password in secrets.json is not the database's: bring back the secrets.json that belongs to these data.",
      )
    const lost = failure()
    if (lost) throw new Refusal(lost)
    await sleep(25)
  }
  throw new Refusal('Postgres does not answer after a minute: see logs/postgres.log in DATA_DIR.')
}

/** Runs one statement on a connection of its own. Returns the error's code, or undefined. */
async function attempt(url: string, statement: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(statement)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  } finally {
    await client.end().catch(() => undefined)
  }
}
