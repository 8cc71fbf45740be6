import { join } from 'node:path'
import { Refusal } from '../setup/refusal.mjs'
import { ROOT, tail } from '../setup/run.mjs'
import { Child, type Death } from './child.ts'
import { Guardian } from './guardian.ts'
import { LogFile } from './log-file.ts'
import { shortForm } from './log-line.ts'

/** How long everything together may take to stop: the server says goodbye first, the database closes last. */
const STOP_SERVICES = 2_500
const STOP_DATABASE = 1_800
const TRIES_BEFORE_READY = 4

/** All processes of this copy: starts them, keeps them running, and stops them in order. */
export class Processes {
  readonly guardian = new Guardian()
  readonly #logs: string
  readonly #services: Child[] = []
  #database: Child | undefined
  #ready = false
  #fail: (error: Error) => void = () => undefined
  /** Rejects when a process dies again and again before all was ready. */
  readonly failure = new Promise<never>((_, reject) => (this.#fail = reject))

  constructor(dataDir: string) {
    this.#logs = join(dataDir, 'logs')
    // Whoever waits for it hears of it; a failure after the wait is over is no unhandled one.
    this.failure.catch(() => undefined)
  }

  /** Starts one of our own programs. With `watch` it is started anew when its sources change. */
  async startProgram(name: string, file: string, env: NodeJS.ProcessEnv, watch = false): Promise<void> {
    const args = [
      '--disable-warning=ExperimentalWarning',
      ...(watch ? ['--watch', '--watch-preserve-output'] : []),
    ]
    const child = new Child({
      name,
      command: process.execPath,
      args: [...args, join(ROOT, file)],
      cwd: ROOT,
      env,
      guardian: this.guardian,
      log: this.log(name),
      onLine: (line) => show(shortForm(name, line)),
      onDown: this.onDown,
    })
    this.#services.push(child)
    await child.start()
  }

  /** Takes a process that was started elsewhere along in stopping. */
  addService(child: Child): void {
    this.#services.push(child)
  }

  set database(child: Child) {
    this.#database = child
  }

  log(name: string): LogFile {
    return new LogFile(join(this.#logs, `${name}.log`))
  }

  /** From now on a dying process is started again for ever, not a reason to give up. */
  nowReady(): void {
    this.#ready = true
  }

  readonly onDown = ({ name, how, lines, quickDeaths }: Death): boolean => {
    if (!this.#ready && quickDeaths >= TRIES_BEFORE_READY) {
      this.#fail(new Refusal(`${name} does not start (${how}):\n${tail(lines.join('\n'))}`))
      return false
    }
    show(`${name} ended (${how}) and is started again.`)
    return true
  }

  /** Stops everything, the database last. Takes less than five seconds, whatever the processes do. */
  async stop(): Promise<void> {
    await Promise.all(this.#services.map((child) => child.stop(STOP_SERVICES)))
    await this.#database?.stop(STOP_DATABASE)
    await this.guardian.close()
  }
}

function show(line: string | undefined): void {
  if (line !== undefined) console.log(line)
}
