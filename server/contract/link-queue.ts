/**
 * Is a link full? Then its queue is, and stays so: each round trip takes far longer than the least that one took lately. What is
 * lost at random (a bad radio) makes no queue: it is worth sending twice, and what is lost of a full link is not. Pure; client
 * and node.
 */

/** Milliseconds of queue that say full: a phone's radio alone makes some, and estimation keeps most links below. */
const long = 250
/** Milliseconds in which no round trip may be short: a single one was late for any reason. */
const standingMs = 6_000
/** The least counts so many milliseconds to twice as many: a way may have changed. */
const epochMs = 5 * 60_000

export class LinkQueue {
  #least = Infinity
  #leastBefore = Infinity
  #epochAt = 0
  #heard: { rttMs: number; at: number }[] = []

  /** A round trip in milliseconds, as measured now. */
  hear(rttMs: number, now = performance.now()): void {
    if (now - this.#epochAt >= epochMs) {
      this.#leastBefore = this.#least
      this.#least = Infinity
      this.#epochAt = now
    }
    this.#least = Math.min(this.#least, rttMs)
    this.#heard = [...this.#heard.filter(({ at }) => now - at < standingMs), { rttMs, at: now }]
  }

  get isFull(): boolean {
    const shortest = Math.min(...this.#heard.map(({ rttMs }) => rttMs))
    return shortest < Infinity && shortest > Math.min(this.#least, this.#leastBefore) + long
  }
}
