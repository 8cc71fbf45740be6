/** One change that a button makes: whether it is under way, and words when it failed. */
import { wordsOf } from '../lib/api.ts'
import { toast } from '../ui/toast.svelte.ts'

export class Changing {
  #busy = $state<string>()

  /** What is under way, by the name that `run` was given. */
  get busy(): string | undefined {
    return this.#busy
  }

  /** Does it; what it throws is said in a toast. One at a time. */
  async run(name: string, change: () => Promise<unknown>): Promise<void> {
    if (this.#busy) return
    this.#busy = name
    try {
      await change()
    } catch (error) {
      toast.bad(error instanceof Error && error.message ? error.message : wordsOf(error))
    } finally {
      this.#busy = undefined
    }
  }
}
