/** Work on the same thing, one after another in this process: who waits does so without a database connection. */
import { notReady } from './db.ts'

/** Longer than anybody waits for an answer. */
const patienceMs = 10_000

export class Turns {
  /** The last of each queue; a key whose work is done is forgotten. */
  #last = new Map<string, Promise<unknown>>()

  /**
   * Runs the work when all that was asked for this key before has ended. Other servers know nothing of it: the row's
   * lock still decides; this only keeps a crowd before one door from taking every connection. @throws AppError `not-ready`
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const asked = performance.now()
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(() => {
      if (performance.now() - asked > patienceMs) throw notReady()
      return work()
    })
    const ended = mine.catch(() => undefined)
    this.#last.set(key, ended)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
  }
}
