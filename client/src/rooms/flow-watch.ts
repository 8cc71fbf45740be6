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
/** How far apart the looks are: what the first of them finds came since then. */
const lookMs = 500
/** What came in less than a second tells of a steady flow only if it was as much as this. */
const earlyPackets = 10
/** This share of the patience gone, something may be wrong. */
const hushShare = 0.5

export class FlowWatch {
  #counted: Counted[] = []
  #cameAt = 0
  #doubted = false
  #excused = false

  /** Since when nothing came; null while something does. */
  get silentSince(): number | null {
    return this.#doubted ? this.#cameAt : null
  }

  /**
   * Packets counted in all so far, and when the last came, where that is known. True once in each silence: the way is to be
   * doubted.
   */
  count(at: number, packets: number, cameAt = at): boolean {
    let last = this.#counted.at(-1)
    // A new way counts anew.
    if (last && packets < last.packets) [last, this.#excused] = [undefined, false]
    if (!last)
      this.#counted = [this.#excused ? { at, packets } : { at: at - (packets && lookMs), packets: 0 }]
    if (!last || packets !== last.packets) {
      this.#cameAt = cameAt
      this.#doubted = false
      this.#counted.push({ at, packets })
      while (at - (this.#counted[0]?.at ?? at) > memoryMs) this.#counted.shift()
      return false
    }
    if (this.#doubted || at - this.#cameAt < this.#patienceMs) return false
    this.#doubted = true
    return true
  }

  /** Nothing came for a while, though too short a while to doubt the way. */
  hushed(at: number): boolean {
    return !this.#doubted && at - this.#cameAt >= this.#patienceMs * hushShare
  }

  /** Less is to come from now on, and for a reason: silence is no sign until something has come for a while again. */
  excuse(): void {
    this.#counted = []
    this.#excused = true
  }

  get #patienceMs(): number {
    const [first, last] = [this.#counted[0], this.#counted.at(-1)]
    if (!first || !last) return Infinity
    const [ms, packets] = [last.at - first.at, last.packets - first.packets]
    const early = ms < memoryMs / 3
    if (early && (this.#excused || packets < earlyPackets)) return Infinity
    const rate = (packets * 1000) / ms
    if (rate >= steadyRate) return steadyMs
    return rate >= sparseRate ? sparseMs : Infinity
  }
}
