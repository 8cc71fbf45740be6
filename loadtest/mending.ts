/** How somebody gets back what they lost: tried again, with longer pauses, until it is there or can never be. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Refused } from './api.ts'

/** A seat is asked for again after the socket was away, media after theirs were lost or are to move. */
export type Need = 'seat' | 'media.rejoin' | 'media.move'

interface MendingListener {
  meet: (need: Need) => Promise<void>
  /** Without a socket everything begins with it. */
  hasSocket: () => boolean
  trouble: (text: string) => void
}

/** Refusals that pass: the server, a node or the database is away for a moment. */
const passing = new Set([
  'media-unavailable',
  'not-ready',
  'internal-error',
  'peer-lost',
  'not-in-room',
  'media-full',
  'timeout',
])

/** Will it be otherwise when it is asked again? */
export const mayPass = (error: unknown): boolean => !(error instanceof Refused) || passing.has(error.code)

export class Mending {
  readonly #listener: MendingListener
  #need: Need | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(listener: MendingListener) {
    this.#listener = listener
  }

  get running(): boolean {
    return this.#running !== undefined
  }

  need(need: Need): void {
    if (this.#stopped) return
    if (this.#need !== 'seat') this.#need = need
    this.#running ??= this.#mend().finally(() => (this.#running = undefined))
  }

  stop(): void {
    this.#stopped = true
  }

  async #mend(): Promise<void> {
    for (let tries = 0; this.#need && !this.#stopped; tries++) {
      const need = this.#need
      if (tries > 0 || need === 'seat') await sleep(Math.min(2_000, 100 * 2 ** tries) * (0.5 + Math.random()))
      try {
        await this.#listener.meet(need)
        // What was needed meanwhile is met in the next round.
        if (this.#need === need) this.#need = undefined
      } catch (error) {
        this.#listener.trouble(`${need}: ${error instanceof Error ? error.message : String(error)}`)
        if (!mayPass(error)) return
        if (!this.#listener.hasSocket()) this.#need = 'seat'
      }
    }
  }
}
