/** When something that failed may be tried again: after a second, then after twice as long each time. */
const first = 1_000
const last = 30_000

export class Retry {
  #at = 0
  #after = first

  get isDue(): boolean {
    return performance.now() >= this.#at
  }

  tried(): void {
    this.#at = performance.now() + this.#after
    this.#after = Math.min(this.#after * 2, last)
  }

  succeeded(): void {
    this.#at = 0
    this.#after = first
  }

  giveUp(): void {
    this.#at = Infinity
  }
}
