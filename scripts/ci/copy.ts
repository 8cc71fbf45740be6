import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from '../setup/run.mjs'

/** Milliseconds that a copy may take to set itself up, and to end. */
export const SET_UP = 15 * 60_000
export const STOP = 5_000

/** Of this test file alone, with those after it. */
export const port = 20_000 + (process.pid % 20_000)
/** Where a media worker that was once built is found again. */
export const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')

/** Never left out without a word: where it can't be tried it fails, and says why. */
export function requireRoot(why: string): void {
  if (process.getuid?.() !== 0) throw new Error(`This part ${why}: run it as root.`)
}

/** Copies what a clone would hold (the checkout's files that git does not ignore) into an empty folder. */
export function cloneInto(folder: string, source = ROOT): void {
  mkdirSync(folder, { recursive: true })
  const pack =
    'git ls-files -coz --exclude-standard | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$0"'
  execFileSync('sh', ['-c', pack, folder], { cwd: source, stdio: ['ignore', 'ignore', 'pipe'] })
}

export interface CopyOptions {
  folder: string
  dataDir: string
  port: number
  env?: Record<string, string>
  account?: { uid: number; gid: number }
}

/** One `npm start` as a stranger types it: with the machine's own Node, in a process group like a terminal's. */
export class Copy {
  readonly options: CopyOptions
  readonly url: string
  output = ''
  #process: ChildProcess | undefined
  #ended: Promise<number | null> = Promise.resolve(null)

  constructor(options: CopyOptions) {
    this.options = options
    this.url = `http://127.0.0.1:${options.port}`
  }

  /** Starts it and waits for its closing line. Returns the milliseconds that took. */
  async startUntilReady(within: number): Promise<number> {
    const began = performance.now()
    this.start()
    await this.until(`"PeerLearn is ready" in the output`, within, () => {
      if (!this.#process) throw new Error(`npm start ended:\n${this.output}`)
      return this.output.includes('PeerLearn is ready')
    })
    return performance.now() - began
  }

  start(): void {
    const { folder, dataDir, port, env, account } = this.options
    this.output = ''
    const child = spawn('npm', ['start'], {
      cwd: folder,
      env: { ...strangersEnvironment(), ...env, PORT: String(port), DATA_DIR: dataDir },
      ...account,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (data: Buffer) => (this.output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (this.output += data.toString()))
    this.#process = child
    this.#ended = new Promise((done) => {
      child.once('error', () => done(null))
      child.once('exit', (code) => {
        // A killed one's end may be told after the next one's start.
        if (this.#process === child) this.#process = undefined
        done(code)
      })
    })
  }

  /** Waits for its end and returns its exit code. */
  async end(): Promise<number | null> {
    return this.#ended
  }

  /** Ctrl-C: the terminal signals the whole group. Returns the milliseconds until npm has ended. */
  async interrupt(): Promise<number> {
    const began = performance.now()
    if (this.#process?.pid) process.kill(-this.#process.pid, 'SIGINT')
    await this.#ended
    return performance.now() - began
  }

  /** Ends it whatever state it is in, for clean-up. */
  async destroy(): Promise<void> {
    await this.interrupt()
    await this.until('no process left', 10_000, () => this.processes().length === 0)
  }

  /** Its processes: by the folders in their command line, or by working inside the database. */
  processes(): { pid: number; command: string }[] {
    const { dataDir, folder } = this.options
    const database = join(dataDir, 'postgres')
    const cluster = existsSync(database) ? realpathSync(database) : database
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => ({
        pid: Number(name),
        command: read(name, 'cmdline').replaceAll('\0', ' '),
        at: workingFolder(name),
      }))
      .filter(({ pid, command, at }) => {
        const mine = command.includes(cluster) || at === cluster || command.includes(dataDir)
        return (
          mine ||
          (command.includes(`${folder}/`) && read(String(pid), 'environ').includes(`DATA_DIR=${dataDir}\0`))
        )
      })
  }

  /** The pid of its process whose command line has this in it. */
  pidOf(part: string): number {
    const found = this.processes().find(({ command }) => command.includes(part))
    if (!found) throw new Error(`no process with ${part} among:\n${this.listing()}`)
    return found.pid
  }

  /** npm's own pid. */
  get npm(): number {
    if (!this.#process?.pid) throw new Error('npm start does not run')
    return this.#process.pid
  }

  listing(): string {
    return this.processes()
      .map(({ pid, command }) => `${pid} ${command}`)
      .join('\n')
  }

  async until(what: string, within: number, condition: () => boolean): Promise<void> {
    const limit = performance.now() + within
    while (!condition()) {
      if (performance.now() > limit)
        throw new Error(`not within ${within} ms: ${what}\n${this.listing()}\n${this.output}`)
      await sleep(50)
    }
  }
}

/** The environment without what the runner of these tests put in: its npm's variables, its Node on the PATH. */
function strangersEnvironment(): Record<string, string> {
  const own =
    /^(npm_|NODE_|VITEST|VITE_|PORT$|DATA_DIR$|INIT_CWD$|MODE$|DEV$|PROD$|TEST$|BASE_URL$|MEDIASOUP_)/
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !own.test(entry[0]),
  )
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) }
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function workingFolder(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}
