import { existsSync } from 'node:fs'
import { createDb, type Db } from '@peerlearn/server/db'
import { isEmpty } from '@peerlearn/server/demo'
import { Refusal } from '../setup/refusal.mjs'
import { step } from '../setup/steps.mjs'
import { migrate } from '../migrate.ts'
import { ownerCodeLines } from '../owner-code.ts'
import { accountLines, demoFile, seed, serverConfig } from '../seed.ts'

/**
 * Migrates the database, and fills an empty one with the demo where there is to be one; elsewhere it prints the code of the
 * first owner as long as there is none.
 */
export async function prepareDatabase(
  url: string,
  { demo, publicUrl }: { demo?: DemoWish; publicUrl?: string },
): Promise<void> {
  const db = createDb(url, 2)
  try {
    await step('Migrating the database', () => reachable(migrate(db)), { quiet: true })
    if (demo && (await isEmpty(db))) await fill(db, demo)
    else if (demo && existsSync(demoFile(demo.dataDir)))
      console.log(`\n  The demo's accounts are in ${demoFile(demo.dataDir)}.${deskLine(demo)}`)
    const code = demo ? undefined : await ownerCodeLines(db, publicUrl)
    if (code) console.log(`\n${code}\n`)
  } finally {
    await db.destroy()
  }
}

interface DemoWish {
  dataDir: string
  /** The server's settings, its database among them. */
  env: NodeJS.ProcessEnv
  /** Resolves when the payment sandbox answers: the demo's people buy there. */
  sandbox: () => Promise<void>
  publicUrl: string
}

/** Under https there is no such desk. */
const deskLine = ({ publicUrl }: DemoWish): string =>
  publicUrl.startsWith('https:') ? '' : `\n  The admin's one-time code, and all mails: ${publicUrl}/trial`

async function fill(db: Db, demo: DemoWish): Promise<void> {
  const { dataDir, env, sandbox } = demo
  const made = await step('Filling the empty database with a demo', async () => {
    const config = serverConfig(env)
    await sandbox()
    return seed(db, dataDir, config)
  })
  console.log(
    [`  Its accounts, kept in ${demoFile(dataDir)}:`, ...accountLines(made)].join('\n') + deskLine(demo),
  )
}

async function reachable(work: Promise<string[]>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(
      `The database cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
