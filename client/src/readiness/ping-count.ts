/** Pings that were sent and what came of them. Pure: times are handed in. */
import type { ProbeFrame } from '@peerlearn/contract/probe'

type Ping = Extract<ProbeFrame, { kind: 'ping' }>

export class PingCount {
  #sentAt: number[] = []
  #rtts: number[] = []
  /** The ping that came back and was heard last by the node: up to it the node's count is known. */
  #newest: Ping = { kind: 'ping', number: -1, heard: 0 }

  /** Its number. */
  sent(now: number): number {
    return this.#sentAt.push(now) - 1
  }

  back(ping: Ping, now: number): void {
    const at = this.#sentAt[ping.number]
    if (at === undefined) return
    this.#rtts.push(now - at)
    if (ping.heard > this.#newest.heard) this.#newest = ping
  }

  get complete(): boolean {
    return this.#rtts.length >= this.#sentAt.length
  }

  /** Loss to the node is what it had not heard by its last answer; loss from it, what it heard and we did not. */
  get result(): { rttMs: number | null; lossUp: number | null; lossDown: number | null } {
    const { heard, number } = this.#newest
    if (heard === 0) return { rttMs: null, lossUp: null, lossDown: null }
    const sorted = this.#rtts.toSorted((a, b) => a - b)
    return {
      rttMs: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
      lossUp: share(Math.max(number + 1, heard) - heard, Math.max(number + 1, heard)),
      lossDown: share(heard - this.#rtts.length, heard),
    }
  }
}

const share = (part: number, whole: number) =>
  Math.min(1, Math.max(0, Math.round((part / whole) * 1000) / 1000))
