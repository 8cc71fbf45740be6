/**
 * Brings a database to the newest migration: `node scripts/migrate.ts` with DATABASE_URL set, and the launcher. In production
 * it prints the code of the first owner, as long as there is none.
 */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createDb, type Db } from '@peerlearn/server/db'
import { installJobs } from '@peerlearn/server/jobs'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import { ownerCodeLines } from './owner-code.ts'
import { Refusal, runMain } from './setup/refusal.mjs'
import { ROOT } from './setup/run.mjs'

/**
 * Runs the migrations that this database has not seen, each in a transaction, and makes the queues of background jobs.
 * Returns the migrations' names.
 */
export async function migrate(db: Db): Promise<string[]> {
  const provider = new FileMigrationProvider({
    fs,
    path,
    migrationFolder: path.join(ROOT, 'migrations'),
    // A path is no module specifier: a # in a folder's name would be cut off.
    import: (file) => import(pathToFileURL(file).href),
  })
  const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest()
  const failed = results.find((result) => result.status === 'Error')
  if (error)
    throw new Refusal(`The migration${failed ? ` ${failed.migrationName}` : ''} failed: ${messageOf(error)}`)
  await installJobs(db)
  return results.map((result) => result.migrationName)
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function main(): Promise<void> {
  const url = process.env['DATABASE_URL']
  if (!url) throw new Refusal('DATABASE_URL is missing: it names the database to migrate.')
  const db = createDb(url, 1)
  try {
    const done = await migrate(db)
    console.log(done.length === 0 ? 'The database is up to date.' : `Migrated: ${done.join(', ')}`)
    const production = process.env['NODE_ENV'] === 'production'
    const code = production ? await ownerCodeLines(db, process.env['PUBLIC_URL']) : undefined
    if (code) console.log(code)
  } finally {
    await db.destroy()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main)
