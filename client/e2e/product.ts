/** The whole product as `npm start` runs it, on a port and data folder of its own, for tests and benchmarks. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Account {
  email: string
  password: string
  /** The secret of their authenticator app, when they have one. */
  totp?: string
}

export interface Demo {
  mentor: Account
  learners: [Account, Account, Account]
  admin: Account
  liveSessionId: string
}

export interface Product {
  url: string
  demo: Demo
  /** Its data folder, with secrets.json and the logs. */
  dataDir: string
  /** Is this one of the product's processes? */
  owns: (pid: number) => boolean
  /** The process ids of this part of the product (`server/src/main.ts`, `mediasoup-worker`), by its command line. */
  pids(part: string): number[]
  stop: () => Promise<void>
}

interface Options {
  /** Network namespace to run in, and the address at which it is reached from another. */
  netns?: { name: string; address: string }
  /** Settings beside the usual ones. */
  env?: Record<string, string>
}

const root = resolve(import.meta.dirname, '../..')

/** Starts the product and waits until it says that it is ready. */
export async function startProduct({ netns, env = {} }: Options = {}): Promise<Product> {
  const dataDir = mkdtempSync(join(tmpdir(), 'peerlearn-'))
  chmodSync(dataDir, 0o755) // Postgres runs as another user when we are root
  // A namespace is the product's own, so it has its usual port, which no blocked range of media ports covers.
  const port = netns ? 3000 : await freePort()
  const node = process.execPath
  const [command, prefix] = netns ? ['ip', ['netns', 'exec', netns.name, node]] : [node, []]
  const url = `http://${netns?.address ?? 'localhost'}:${port}`
  const launcher = spawn(command, [...prefix, '--disable-warning=ExperimentalWarning', 'scripts/launch.ts'], {
    cwd: root,
    env: {
      ...process.env,
      ...env,
      NODE_ENV: 'development',
      PORT: String(port),
      DATA_DIR: dataDir,
      PUBLIC_URL: url,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = async () => {
    await ended(launcher)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await said(launcher, 'PeerLearn is ready')
    const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Demo // written by the product itself
    const owns = (pid: number) => isBelow(pid, launcher.pid!)
    return { url, demo, dataDir, stop, owns, pids: (part) => descendants(launcher.pid!, part) }
  } catch (error) {
    await stop()
    throw error
  }
}

function said(launcher: ChildProcess, words: string): Promise<void> {
  return new Promise((done, fail) => {
    let output = ''
    const hear = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes(words)) done()
    }
    launcher.stdout!.on('data', hear)
    launcher.stderr!.on('data', hear)
    launcher.once('exit', (code) =>
      fail(new Error(`the product ended with ${code} before it was ready:\n${output}`)),
    )
    setTimeout(() => fail(new Error(`the product was not ready in a minute:\n${output}`)), 60_000).unref()
  })
}

function ended(launcher: ChildProcess): Promise<void> {
  if (launcher.exitCode !== null || launcher.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    launcher.once('exit', () => done())
    launcher.kill('SIGTERM')
  })
}

export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once('error', fail)
    probe.listen(0, () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      )
    })
  })
}

const descendants = (of: number, part: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && readProc(name, 'cmdline')?.includes(part))
    .map(Number)
    .filter((pid) => isBelow(pid, of))

/** Does this process descend from that one? */
export function isBelow(pid: number, above: number): boolean {
  const stat = readProc(pid, 'stat')
  const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  return parent > 1 && (parent === above || isBelow(parent, above))
}

function readProc(pid: number | string, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined // it ended while we looked
  }
}
