import { spawn, type ChildProcessByStdio } from 'node:child_process'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('guardian.sh', import.meta.url))

/** How a child wants to be asked to stop: Postgres ends at once on INT, and waits for its clients on TERM. */
export type StopSignal = 'TERM' | 'INT'

/** A detached process that ends everything this one started when this one dies without doing so itself. */
export class Guardian {
  #process: ChildProcessByStdio<Writable, null, null>
  readonly #children = new Map<number, StopSignal>()
  #closed = false

  constructor() {
    this.#process = this.#spawn()
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  /** Puts a process group in the guardian's care. */
  watch(pid: number, signal: StopSignal): void {
    this.#children.set(pid, signal)
    this.#process.stdin.write(`${pid} ${signal}\n`)
  }

  /** The group has ended by itself or by us. */
  forget(pid: number): void {
    this.#children.delete(pid)
    this.#process.stdin.write(`${pid} gone\n`)
  }

  /** Lets the guardian go; what is still in its care it ends. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#process.exitCode !== null) return
    await new Promise((done) => {
      this.#process.once('exit', done)
      this.#process.stdin.end()
    })
  }

  #spawn() {
    const child = spawn('/bin/sh', [SCRIPT], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin.on('error', () => undefined)
    child.once('exit', () => {
      if (!this.#closed) this.#replace()
    })
    return child
  }

  #replace(): void {
    this.#process = this.#spawn()
    for (const [pid, signal] of this.#children) this.watch(pid, signal)
  }
}
