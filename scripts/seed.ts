/** Fills a database with the demo: `node scripts/seed.ts` with the server's own settings, and the launcher on an empty one. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConfigError } from '@peerlearn/contract/settings'
import { createDb, type Db } from '@peerlearn/server/db'
import { isEmpty, seedDemo, type Demo } from '@peerlearn/server/demo'
import { parseConfig, type Config } from '../server/src/config.ts'
import { writePrivately } from './launch/secrets.ts'
import { prepareDataDir, readPlace } from './setup/place.mjs'
import { Refusal, runMain } from './setup/refusal.mjs'

/** Where the demo's accounts are kept, for this user alone. */
export const demoFile = (dataDir: string): string => join(dataDir, 'demo.json')

/** Makes the demo and keeps its passwords in DATA_DIR/demo.json (mode 600). */
export async function seed(db: Db, dataDir: string, config: Config): Promise<Demo> {
  // Its right to be written is found out before the accounts are made: nobody could sign in to them without it.
  const file = demoFile(dataDir)
  writePrivately(file, {})
  const demo = await seedDemo(db, new Date(), config.AUTH_SECRET).catch((error: unknown) => {
    rmSync(file)
    throw error
  })
  writePrivately(file, demo)
  await play(db, config)
  return demo
}

/** Without it the demo is poorer, and sound. */
async function play(db: Db, config: Config): Promise<void> {
  // All of the product: loaded by who fills a database, not at every start.
  const { playDemo } = await import('../server/src/demo/play.ts')
  await playDemo(db, config, new Date()).catch((error: unknown) =>
    console.log(
      `The demo lacks some of what its people did: ${error instanceof Error ? error.message : String(error)}`,
    ),
  )
}

/** @throws Refusal naming every setting at fault */
export function serverConfig(env: NodeJS.ProcessEnv): Config {
  try {
    return parseConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new Refusal(
      ['The demo can’t be made with these settings of the server:', ...error.problems].join('\n  '),
    )
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
  if (process.env['NODE_ENV'] === 'production') throw new Refusal('A production database gets no demo.')
  const config = serverConfig(process.env)
  const { dataDir } = readPlace()
  prepareDataDir(dataDir)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    if (!(await isEmpty(db)))
      throw new Refusal('The database is not empty: the demo is made in an empty one alone.')
    const demo = await seed(db, dataDir, config)
    console.log([`The demo's accounts, also in ${demoFile(dataDir)}:`, ...accountLines(demo)].join('\n'))
  } finally {
    await db.destroy()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main)
