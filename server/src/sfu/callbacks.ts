/** Functions that want to hear of something; each is told in the order in which it came. */
export class Callbacks<A extends unknown[] = []> {
  readonly #all = new Set<(...args: A) => void>()

  get size(): number {
    return this.#all.size
  }

  /** @returns a function that ends it */
  add(run: (...args: A) => void): () => void {
    // Wrapped, so that a function that is added twice runs twice and ends once each.
    const entry = (...args: A) => run(...args)
    this.#all.add(entry)
    return () => void this.#all.delete(entry)
  }

  run(...args: A): void {
    for (const one of [...this.#all]) if (this.#all.has(one)) one(...args)
  }
}
