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

  /** Takes the conditions of this moment; `ended`: keys that are over whatever their grace. */
  note(conditions: readonly Condition[], now: number, ended: ReadonlySet<string> = new Set()): void {
    for (const condition of conditions) {
      const since = this.#byKey.get(condition.key)?.since ?? now
      this.#byKey.set(condition.key, { condition, since, seenAt: now })
    }
    for (const [key, { condition, seenAt }] of this.#byKey)
      if (seenAt !== now && (ended.has(key) || now - seenAt >= condition.graceMs)) this.#byKey.delete(key)
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

/** The gravest first. */
export const levels: readonly Alert['level'][] = ['error', 'warning', 'info']

const graver = (a: Alert, b: Alert) => levels.indexOf(a.level) < levels.indexOf(b.level)

/**
 * What to say now, given what was told: each alert once, and once that it is over. One that became graver is told again,
 * in the place of what was told before.
 */
export function news(told: readonly Told[], standing: Standing): { begun: Told[]; over: Told[] } {
  const known = new Map(told.map((alert) => [alert.key, alert]))
  return {
    begun: standing.lasting().filter((alert) => {
      const before = known.get(alert.key)
      return !before || graver(alert, before)
    }),
    over: told.filter(({ key }) => !standing.has(key)),
  }
}
