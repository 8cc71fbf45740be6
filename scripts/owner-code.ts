/** `npm run owner-code`: the one-time code that makes the first owner of a place without one. DATABASE_URL names it. */
import { fileURLToPath } from 'node:url'
import { createDb, type Db } from '@peerlearn/server/db'
import { codeMinutes, makeOwnerCode } from '@peerlearn/server/first-owner'
import { databaseUrl } from './launch/trial-database.ts'
import { runMain } from './setup/refusal.mjs'

/** What to do with a new code, for the terminal alone; undefined where somebody owns the place. */
export async function ownerCodeLines(db: Db, publicUrl = ''): Promise<string | undefined> {
  const code = await makeOwnerCode(db)
  if (code === undefined) return undefined
  return [
    'Nobody owns this place yet. Whoever enters this code first, signed in, becomes its owner:',
    `  ${code}`,
    `  at ${publicUrl}/become-owner, once, in the next ${codeMinutes} minutes. A new one: npm run owner-code`,
  ].join('\n')
}

async function main(): Promise<void> {
  const url = databaseUrl(process.env)
  const db = createDb(url, 1)
  try {
    console.log((await ownerCodeLines(db, process.env['PUBLIC_URL'])) ?? 'This place has an owner already.')
  } finally {
    await db.destroy()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main)
