import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Guardian, StopSignal } from './guardian.ts'
import type { LogFile } from './log-file.ts'

export interface ChildOptions {
  name: string
  command: string
  args: string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** The unprivileged account to run as; the launcher's own if left out. */
  account?: { uid: number; gid: number }
  stopSignal?: StopSignal
  guardian: Guardian
  log: LogFile
  /** Called before each start, the first included: clears what a crash left behind. */
  beforeStart?: () => Promise<void>
  /** Every line that the process writes. */
  onLine?: (line: string) => void
  /** Called when it ended although nobody asked it to. It is started again unless this answers false. */
  onDown: (death: Death) => boolean
}

export interface Death {
  name: string
  /** "code 1" or "SIGKILL". */
  how: string
  /** Its last words. */
  lines: string[]
  /** How often in a row it has died within seconds of its start. */
  quickDeaths: number
}

const QUICK = 5_000
const LONGEST_PAUSE = 5_000
const LINES_KEPT = 12

/** A process that is kept running: started again, after a growing pause, whenever it dies. */
export class Child {
  readonly #options: ChildOptions
  #process: ChildProcess | undefined
  #lines: string[] = []
  #quickDeaths = 0
  #stopping = false

  constructor(options: ChildOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  async start(): Promise<void> {
    const { command, args, env, cwd, account, guardian, beforeStart, stopSignal = 'TERM' } = this.#options
    await beforeStart?.()
    if (this.#stopping) return
    const began = Date.now()
    // A process group of its own: Ctrl-C in the terminal reaches the launcher alone, which stops its children in order.
    const child = spawn(command, args, {
      env,
      cwd,
      ...account,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process = child
    this.#lines = []
    if (child.pid) guardian.watch(child.pid, stopSignal)
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.#hear(line))
    child.on('error', (error) => this.#hear(error.message))
    child.on('close', (code, signal) => {
      if (child.pid) guardian.forget(child.pid)
      this.#process = undefined
      void this.#ended(signal ?? `code ${code}`, Date.now() - began)
    })
  }

  /** Asks it to stop, and ends it by force when it still runs after `grace` ms. Safe to call twice. */
  async stop(grace: number): Promise<void> {
    this.#stopping = true
    const child = this.#process
    if (!child?.pid) return
    const ended = new Promise<void>((done) => child.once('close', () => done()))
    signalGroup(child.pid, `SIG${this.#options.stopSignal ?? 'TERM'}`)
    const force = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), grace)
    await ended
    clearTimeout(force)
  }

  #hear(line: string): void {
    this.#lines = [...this.#lines, line].slice(-LINES_KEPT)
    this.#options.log.write(line)
    this.#options.onLine?.(line)
  }

  async #ended(how: string, lived: number): Promise<void> {
    if (this.#stopping) return
    this.#quickDeaths = lived < QUICK ? this.#quickDeaths + 1 : 0
    const { name, onDown } = this.#options
    if (!onDown({ name, how, lines: this.#lines, quickDeaths: this.#quickDeaths })) return
    await sleep(Math.min(100 * 2 ** this.#quickDeaths, LONGEST_PAUSE))
    if (!this.#stopping) await this.start()
  }
}

function signalGroup(pid: number | undefined, signal: string): void {
  try {
    if (pid) process.kill(-pid, signal)
  } catch {
    // It has just ended.
  }
}
