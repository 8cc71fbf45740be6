/** Remembers since when each of some things has been amiss, without a break. */
export class Absences {
  readonly #since = new Map<string, number>()
  readonly #graceMs: number

  constructor(graceMs: number) {
    this.#graceMs = graceMs
  }

  /** @returns those of `amiss` that were so each time since the grace began; the others start, or start again */
  past(amiss: string[], now = Date.now()): string[] {
    const current = new Set(amiss)
    for (const id of this.#since.keys()) if (!current.has(id)) this.#since.delete(id)
    for (const id of amiss) if (!this.#since.has(id)) this.#since.set(id, now)
    return amiss.filter((id) => now - this.#since.get(id)! >= this.#graceMs)
  }

  clear(): void {
    this.#since.clear()
  }
}
