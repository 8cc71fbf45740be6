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
/** What came in less time than this tells of a steady flow only if it was as much as that. */
const earlyMs = 1000
const earlyPackets = 10
/** This share of the patience gone, something may be wrong. */
const hushShare = 0.5

export class FlowWatch {
  #counted: Counted[] = []
  #cameAt = 0
  #lookedAt = 0
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
    this.#lookedAt = at
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
    const ms = at - this.#cameAt
    // What has just begun may have ended for a reason, too: a while later nothing is expected of it.
    return !this.#doubted && ms >= this.#hushMs && !(this.#isYoung && ms >= memoryMs)
  }

  /** Nothing came for a while when it was looked last: no reason to doubt by itself, but with another sign it is one. */
  get isQuiet(): boolean {
    return this.#lookedAt - this.#cameAt >= this.#hushMs
  }

  /** Less is to come from now on, and for a reason: silence is no sign until something has come for a while again. */
  excuse(): void {
    this.#counted = []
    this.#excused = true
  }

  get #hushMs(): number {
    return this.#isYoung ? steadyMs : this.#patienceMs * hushShare
  }

  /** A little came, and not for long. */
  get #isYoung(): boolean {
    const { ms, packets } = this.#lately
    return ms < earlyMs && !this.#excused && packets > 0 && packets < earlyPackets
  }

  /** What came within memory, and in which time. */
  get #lately(): { ms: number; packets: number } {
    const [first, last] = [this.#counted[0], this.#counted.at(-1)]
    if (!first || !last) return { ms: 0, packets: 0 }
    return { ms: last.at - first.at, packets: last.packets - first.packets }
  }

  get #patienceMs(): number {
    const { ms, packets } = this.#lately
    if (ms < earlyMs && (this.#excused || packets < earlyPackets)) return Infinity
    const rate = (packets * 1000) / ms
    if (rate >= steadyRate) return steadyMs
    return rate >= sparseRate ? sparseMs : Infinity
  }
}
