/** One real Postgres for a run of tests, with a migrated template database that every test file copies. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { createDb } from '../src/db.ts'
import { unprivileged } from '../../scripts/setup/postgres-account.mjs'
import { postgresBinaries } from '../../scripts/launch/postgres-binaries.ts'
import { migrate } from '../../scripts/migrate.ts'
import { freePort } from './harness-ports.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the Postgres; put a database's name behind it. */
    postgresUrl: string
  }
}

export const template = 'template_migrated'

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
  timezone: 'UTC',
  // Nothing here outlives the run.
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
}

export interface TestPostgres {
  /** Its address; put a database's name behind it. */
  url: string
  /** Ends the connections and the process, at once. */
  stop(): Promise<void>
  /** Again on its data and its port. */
  start(): Promise<void>
  remove(): Promise<void>
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres()
  await makeTemplate(postgres.url)
  project.provide('postgresUrl', postgres.url)
  return () => postgres.remove()
}

/** A real Postgres, empty, with its data in a folder of its own. */
export async function startPostgres(): Promise<TestPostgres> {
  const account = unprivileged(['postgres', 'nobody'])
  const ids = account && { uid: account.uid, gid: account.gid }
  const { initdb, postgres } = postgresBinaries(account, (text) => console.log(text))
  const folder = mkdtempSync(join(tmpdir(), 'peerlearn-test-postgres-'))
  if (account) chownSync(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const made = spawnSync(
    initdb,
    ['-D', data, '-U', 'peerlearn', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...ids, cwd: '/', encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const options = Object.entries({ ...settings, port: String(port) }).flatMap(([k, v]) => ['-c', `${k}=${v}`])
  const url = `postgres://peerlearn@127.0.0.1:${port}`
  let child: ChildProcess | undefined
  const start = async () => {
    child = spawn(postgres, ['-D', data, ...options], { ...ids, cwd: '/', stdio: 'ignore' })
    await answering(`${url}/postgres`, child)
  }
  const stop = async () => {
    if (child) await ended(child)
    child = undefined
  }
  await start()
  const remove = async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, start, stop, remove }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; child.exitCode === null && tries < 400; tries++) {
    const client = new pg.Client({ connectionString: url })
    const up = await client.connect().then(
      () => true,
      () => false,
    )
    await client.end().catch(() => undefined)
    if (up) return
    await sleep(25)
  }
  throw new Error('the Postgres of the tests did not start')
}

/** A migrated database, for copies of it. */
export async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  await client.connect()
  await client.query(`create database ${template}`)
  await client.end()
  const db = createDb(`${url}/${template}`, 1)
  await migrate(db)
  await db.destroy()
}

/** SIGINT is Postgres's fast shutdown. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once('exit', () => done())
    child.kill('SIGINT')
  })
}
