/** What a stranger's copy holds and answers: its demo's accounts, and its data folder. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Copy } from './copy.ts'

interface Demo {
  mentor: { email: string; password: string }
  learners: { email: string; password: string }[]
  admin: { email: string; password: string }
  liveSessionId: string
}

export const demoOf = (one: Copy) =>
  JSON.parse(readFileSync(join(one.options.dataDir, 'demo.json'), 'utf8')) as Demo

export async function signIn(
  one: Copy,
  { email, password }: { email: string; password: string },
): Promise<number> {
  const response = await fetch(`${one.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: one.url },
    body: JSON.stringify({ email, password }),
  })
  return response.status
}

export async function waitUntilSigningIn(one: Copy): Promise<void> {
  const limit = performance.now() + 10_000
  while (performance.now() < limit) {
    const status = await signIn(one, demoOf(one).mentor).catch(() => 0)
    if (status === 200) return
    // An address may try to sign in sixty times a minute.
    await new Promise((done) => setTimeout(done, 500))
  }
  throw new Error(`nobody can sign in within 10 s\n${one.output}`)
}

/** The database of a closed folder lies elsewhere. */
export function removeData(dataDir: string): void {
  const database = join(dataDir, 'postgres')
  if (existsSync(database))
    rmSync(execFileSync('realpath', [database], { encoding: 'utf8' }).trim(), {
      recursive: true,
      force: true,
    })
}
