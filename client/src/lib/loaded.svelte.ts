/** Something fetched for a page: its value, or why there is none, and whether it takes long enough to say so. */
import { ApiError, wordsOf } from './api.ts'

const slowMs = 4000

/** A malformed id in an address is as good as an unknown one. */
const isMissing = (error: unknown) =>
  error instanceof ApiError && (error.code === 'not-found' || error.code === 'bad-input')

export class Loaded<T> {
  #value = $state.raw<T>()
  #failure = $state.raw<{ words: string; missing: boolean }>()
  #slow = $state(false)
  #load: (signal: AbortSignal) => Promise<T>
  #running: AbortController | undefined

  constructor(load: (signal: AbortSignal) => Promise<T>) {
    this.#load = load
  }

  get value(): T | undefined {
    return this.#value
  }

  /** Words for a person, when the last try failed. */
  get failure(): string | undefined {
    return this.#failure?.words
  }

  /** There is no such thing: trying again won't help. */
  get missing(): boolean {
    return this.#failure?.missing ?? false
  }

  /** Neither here nor failed after four seconds. */
  get slow(): boolean {
    return this.#slow
  }

  /** Fetches (again); a value that is here stays until the new one comes, and only the last call counts. */
  async load(): Promise<void> {
    this.close()
    const { signal } = (this.#running = new AbortController())
    const timer = setTimeout(() => (this.#slow = !signal.aborted), slowMs)
    this.#failure = undefined
    try {
      const value = await this.#load(signal)
      if (!signal.aborted) this.#value = value
    } catch (error) {
      if (!signal.aborted) this.#failure = { words: wordsOf(error), missing: isMissing(error) }
    } finally {
      clearTimeout(timer)
      if (!signal.aborted) this.#slow = false
    }
  }

  /** Puts a newer value in place, for instance what a change answered. */
  set(value: T): void {
    this.#value = value
  }

  /** What is under way no longer counts. */
  close(): void {
    this.#running?.abort()
    this.#slow = false
  }
}
