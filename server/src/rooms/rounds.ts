/** Work that is repeated, one piece at a time. What is asked for while another is under way runs after it, once. */
type Round = () => Promise<void>

export class Rounds {
  readonly #onError: (error: unknown) => void
  readonly #asked = new Set<Round>()
  #running: Promise<void> | undefined
  #closed = false

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  ask(round: Round): void {
    if (this.#closed) return
    this.#asked.add(round)
    this.#running ??= this.#run()
  }

  /** Nothing begins any more. Resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.#closed = true
    this.#asked.clear()
    await this.#running
  }

  async #run(): Promise<void> {
    // What is asked for meanwhile comes last in the set.
    for (const round of this.#asked) {
      this.#asked.delete(round)
      await round().catch(this.#onError)
    }
    this.#running = undefined
  }
}
