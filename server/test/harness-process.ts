/** The server as a process of its own, as it is started for real. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { closeLater, fileDatabase, freePort, testConfig } from './harness.ts'

export interface Running {
  child: ChildProcess
  output: () => string
  ended: Promise<number | null>
}

export function startProcess(env: Record<string, string>): Running {
  const child = fork(join(import.meta.dirname, '../src/main.ts'), [], {
    env: { PATH: process.env.PATH, ...env },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: 'pipe',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  const ended = once(child, 'exit').then(([code]) => code as number | null) // as Node documents the event
  closeLater(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { child, output: () => output, ended }
}

/** A server's settings as its environment. */
export async function environment(): Promise<Record<string, string>> {
  const port = String(await freePort())
  const known = { PORT: port, PUBLIC_URL: `http://localhost:${port}`, DATABASE_URL: await fileDatabase() }
  // Those two are no plain text once parsed, and no test sets them.
  const { METRICS_LISTEN: _, OIDC: __, ...settings } = testConfig()
  const config = Object.entries({ ...settings, ...known, LOG_LEVEL: 'info' })
  return Object.fromEntries(config.map(([name, value]) => [name, String(value)]))
}
