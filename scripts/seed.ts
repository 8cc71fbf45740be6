/** Fills a database with the demo: `node scripts/seed.ts` with DATABASE_URL and AUTH_SECRET set, and the launcher on an empty one. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDb, type Db } from '@peerlearn/server/db'
import { isEmpty, seedDemo, type Demo } from '@peerlearn/server/demo'
import { writePrivately } from './launch/secrets.ts'
import { prepareDataDir, readPlace } from './setup/place.mjs'
import { Refusal, runMain } from './setup/refusal.mjs'

/** Where the demo's accounts are kept, for this user alone. */
export const demoFile = (dataDir: string): string => join(dataDir, 'demo.json')

/** Makes the demo and keeps its passwords in DATA_DIR/demo.json (mode 600). `authSecret` is the server's. */
export async function seed(db: Db, dataDir: string, authSecret: string): Promise<Demo> {
  // Its right to be written is found out before the accounts are made: nobody could sign in to them without it.
  const file = demoFile(dataDir)
  writePrivately(file, {})
  try {
    const demo = await seedDemo(db, new Date(), authSecret)
    writePrivately(file, demo)
    return demo
  } catch (error) {
    rmSync(file)
    throw error
  }
}

/** The demo's accounts as lines for the terminal. */
export function accountLines(demo: Demo): string[] {
  const people = [
    ['mentor', demo.mentor],
    ...demo.learners.map((learner) => ['learner', learner] as const),
    ['admin', demo.admin],
  ] as const
  return [
    ...people.map(([role, { email, password }]) => `  ${role.padEnd(8)} ${email.padEnd(28)} ${password}`),
    // Grouped, so that it can be typed.
    `  The admin's authenticator key: ${demo.admin.totp.replace(/(.{4})(?=.)/g, '$1 ')}`,
  ]
}

async function main(): Promise<void> {
  const url = process.env['DATABASE_URL']
  if (!url) throw new Refusal('DATABASE_URL is missing: it names the database to fill.')
  const authSecret = process.env['AUTH_SECRET']
  if (!authSecret)
    throw new Refusal('AUTH_SECRET is missing: the server’s own, under which second factors are sealed.')
  if (process.env['NODE_ENV'] === 'production') throw new Refusal('A production database gets no demo.')
  const { dataDir } = readPlace()
  prepareDataDir(dataDir)
  const db = createDb(url, 2)
  try {
    if (!(await isEmpty(db)))
      throw new Refusal('The database is not empty: the demo is made in an empty one alone.')
    const demo = await seed(db, dataDir, authSecret)
    console.log([`The demo's accounts, also in ${demoFile(dataDir)}:`, ...accountLines(demo)].join('\n'))
  } finally {
    await db.destroy()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main)
