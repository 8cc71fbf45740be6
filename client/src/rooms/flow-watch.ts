/**
 * Sees that packets stopped coming, though the transport may still call itself connected. Pure: told what was counted,
 * it answers whether to doubt the way. A wrong doubt costs one ICE restart, which nobody notices.
 */
interface Counted {
  at: number
  packets: number
}

/** Pictures come tens of packets a second: for them a second without any says enough. */
const steadyMs = 1000
const steadyRate = 10
/** A voice that pauses sends a few. */
const sparseMs = 2000
const sparseRate = 1
const memoryMs = 3000

export class FlowWatch {
  #counted: Counted[] = []
  #cameAt = 0
  #doubted = false

  /** Since when nothing came; null while something does. */
  get silentSince(): number | null {
    return this.#doubted ? this.#cameAt : null
  }

  /** Packets counted in all so far. True once in each silence: the way is to be doubted. */
  count(at: number, packets: number): boolean {
    const last = this.#counted.at(-1)
    // A new way counts anew.
    if (!last || packets < last.packets) this.#counted = []
    if (!last || packets !== last.packets) {
      this.#cameAt = at
      this.#doubted = false
      this.#counted.push({ at, packets })
      while (at - (this.#counted[0]?.at ?? at) > memoryMs) this.#counted.shift()
      return false
    }
    if (this.#doubted || at - this.#cameAt < this.#patienceMs) return false
    this.#doubted = true
    return true
  }

  /** Less is to come from now on, and for a reason: silence is no sign until something has come for a while again. */
  excuse(): void {
    this.#counted = []
  }

  get #patienceMs(): number {
    const [first, last] = [this.#counted[0], this.#counted.at(-1)]
    const spanMs = first && last ? last.at - first.at : 0
    if (!first || !last || spanMs < memoryMs / 3) return Infinity
    const rate = ((last.packets - first.packets) * 1000) / spanMs
    if (rate >= steadyRate) return steadyMs
    return rate >= sparseRate ? sparseMs : Infinity
  }
}
