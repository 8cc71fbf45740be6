/** Which conditions have lasted long enough to be told, and what of that is news. */
import type { Alert } from '@peerlearn/contract/admin'
import type { Condition } from './conditions.ts'

/** An alert as it was told, with what will be said when it is over. */
export interface Told extends Alert {
  over: string
}

interface Lasting {
  condition: Condition
  since: number
  seenAt: number
}

export class Standing {
  readonly #byKey = new Map<string, Lasting>()

  /** Takes the conditions of this moment. */
  note(conditions: readonly Condition[], now: number): void {
    for (const condition of conditions) {
      const since = this.#byKey.get(condition.key)?.since ?? now
      this.#byKey.set(condition.key, { condition, since, seenAt: now })
    }
    for (const [key, { condition, seenAt }] of this.#byKey)
      if (seenAt !== now && now - seenAt >= condition.graceMs) this.#byKey.delete(key)
  }

  /** Is it so, however short? What was told before stays told while it is. */
  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  /** What has been so for as long as it must. */
  lasting(): Told[] {
    return [...this.#byKey.values()]
      .filter(({ condition, since, seenAt }) => seenAt - since >= condition.forMs)
      .map(({ condition: { key, level, message, over }, since }) => {
        return { key, level, message, over, since: new Date(since).toISOString() }
      })
  }
}

/** What to say now, given what was told: each alert once, and once that it is over. */
export function news(told: readonly Told[], standing: Standing): { begun: Told[]; over: Told[] } {
  const known = new Set(told.map(({ key }) => key))
  return {
    begun: standing.lasting().filter(({ key }) => !known.has(key)),
    over: told.filter(({ key }) => !standing.has(key)),
  }
}
