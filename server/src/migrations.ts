/** Is the database at the newest migration? Migrating itself is scripts/migrate.ts's. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Db } from './db.ts'

const folder = join(import.meta.dirname, '../../migrations')

/** The names of all migrations that this version of the product knows, oldest first. */
export const knownMigrations = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()

/**
 * Those that the database has not seen. One that it has and we do not know is fine: a newer version runs beside us
 * during an upgrade, and migrations only add.
 */
export async function findMissingMigrations(db: Db, known: string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ found: boolean }>`
    select to_regclass('kysely_migration') is not null as found`.execute(db)
  if (!tables[0]?.found) return known
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const seen = new Set(rows.map((row) => row.name))
  return known.filter((name) => !seen.has(name))
}
