/** How one person receives in a room: what they chose, what the budget makes of it, and what the node is to be told. */
import type { Receiving } from '@peerlearn/contract/links'
import type { ReceiveMode } from '@peerlearn/contract/media'
import type { PeerStats } from '@peerlearn/contract/node-stats'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import { isAbove, keepBudget, unlimited, type BudgetState } from './budget.ts'
import { ModeRates } from './mode-rates.ts'

export interface Chosen {
  mode: ReceiveMode
  budgetBytes: number | null
  /** They chose to go beyond the budget, which is only shown from then on. */
  beyond: boolean
}

/** Nodes tell every two seconds; a tick without news adds nothing. */
const silenceMs = 6_000

export class Reception {
  #chosen: Chosen
  #state: BudgetState
  readonly #rates = new ModeRates()
  readonly #seen = new Map<string, { bytesIn: number; bytesOut: number }>()
  #measuredAt: number | undefined

  constructor(chosen: Chosen) {
    this.#chosen = chosen
    this.#state = unlimited(chosen.mode)
  }

  get chosen(): Chosen {
    return this.#chosen
  }

  get rule(): ReceiveRule {
    return { mode: this.#state.mode, maxBitrate: this.#state.maxBitrate }
  }

  view(usedBytes: number): Receiving {
    const { mode: wanted, budgetBytes } = this.#chosen
    const { mode } = this.#state
    return { wanted, mode, reason: mode === wanted ? 'chosen' : 'budget', budgetBytes, usedBytes }
  }

  /**
   * A new budget is kept from now on. With the same budget a mode better than the one in force goes beyond it; saying
   * once more what holds already asks for the budget to be kept again.
   */
  choose({ mode, budgetBytes }: { mode: ReceiveMode; budgetBytes: number | null }): void {
    const before = this.#chosen
    const repeated = mode === before.mode && mode === this.#state.mode
    const sameBudget = budgetBytes !== null && budgetBytes === before.budgetBytes
    const beyond = sameBudget && !repeated && (before.beyond || isAbove(mode, this.#state.mode))
    this.take({ mode, budgetBytes, beyond })
  }

  /** What was chosen, here or on another server. */
  take(chosen: Chosen): void {
    this.#chosen = chosen
    this.#state = unlimited(chosen.mode)
  }

  /** What the nodes count of this person's peers now. */
  measure(peers: (PeerStats & { nodeId: string })[], now: number): void {
    let [up, down] = [0, 0]
    for (const { nodeId, peerId, bytesIn, bytesOut } of peers) {
      const key = `${nodeId} ${peerId}`
      const before = this.#seen.get(key)
      this.#seen.set(key, { bytesIn, bytesOut })
      if (!before) continue
      up += Math.max(0, bytesIn - before.bytesIn)
      down += Math.max(0, bytesOut - before.bytesOut)
    }
    const since = this.#measuredAt ?? now
    if (up + down === 0 && now - since < silenceMs) return void (this.#measuredAt ??= now)
    this.#measuredAt = now
    this.#rates.take(this.#state.mode, { up, down, seconds: (now - since) / 1_000 })
  }

  /** Looks at the budget again. @returns whether the mode changed */
  decide({ now, usedBytes, secondsLeft }: { now: number; usedBytes: number; secondsLeft: number }): boolean {
    const { mode: wanted, budgetBytes, beyond } = this.#chosen
    const before = this.#state.mode
    if (budgetBytes === null || beyond) {
      if (before !== wanted) this.#state = unlimited(wanted)
    } else {
      const { upBits, measured } = this.#rates
      const bytesLeft = budgetBytes - usedBytes
      this.#state = keepBudget(this.#state, { now, wanted, bytesLeft, secondsLeft, upBits, measured })
    }
    return this.#state.mode !== before
  }
}
