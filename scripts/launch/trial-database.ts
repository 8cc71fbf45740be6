/** Where a trial's database is, for commands beside it: kept in DATA_DIR/database.json for this user alone. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPlace } from '../setup/place.mjs'
import { Refusal } from '../setup/refusal.mjs'
import { writePrivately } from './secrets.ts'

const fileIn = (dataDir: string) => join(dataDir, 'database.json')

export const keepDatabaseUrl = (dataDir: string, url: string): void =>
  writePrivately(fileIn(dataDir), { url })

/** DATABASE_URL, else the database of the trial in DATA_DIR, which has to run. @throws Refusal when there is neither */
export function databaseUrl(env: Record<string, string | undefined>): string {
  if (env['DATABASE_URL']) return env['DATABASE_URL']
  const file = fileIn(readPlace(env).dataDir)
  if (!existsSync(file))
    throw new Refusal(
      'DATABASE_URL is missing: it names the database. A trial needs none once npm start runs.',
    )
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string } // our own file, written above
  return url
}
