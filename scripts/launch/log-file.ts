import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const LIMIT = 20_000_000

/**
 * A log of one process: begun anew at each start, the one before kept as `.1`, and the same again at 20 MB.
 * A line that cannot be written (the disk is full) is lost: a log must not end a class.
 */
export class LogFile {
  readonly #path: string
  #file: number | undefined
  #size = 0

  constructor(path: string) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    this.#rotate()
  }

  write(line: string): void {
    if (this.#file === undefined) return
    try {
      this.#size += writeSync(this.#file, `${line}\n`)
    } catch {
      return
    }
    if (this.#size > LIMIT) this.#rotate()
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #rotate(): void {
    this.close()
    if (existsSync(this.#path) && statSync(this.#path).size > 0) renameSync(this.#path, `${this.#path}.1`)
    this.#file = openSync(this.#path, 'w', 0o640)
    this.#size = 0
  }
}
