/**
 * The server wants to know again that it's them: a dialog asks, once for all requests that wait for it. The dialog itself
 * is users/ConfirmItsYou.svelte.
 */
import type { ErrorCode } from '@peerlearn/contract/errors'

/** What was refused: for want of a second factor in this login, or of a proof of the last minutes. */
export type Wanted = Extract<ErrorCode, 'second-factor-needed' | 'confirm-needed'>

const isWanted = (code: string): code is Wanted =>
  code === 'second-factor-needed' || code === 'confirm-needed'

class StepUp {
  #wanted = $state.raw<Wanted>()
  #asking: Promise<boolean> | undefined
  #answer: ((proved: boolean) => void) | undefined
  /** The page on which somebody said no: what it asks by itself does not ask them again. */
  #declinedAt: string | undefined

  get wanted(): Wanted | undefined {
    return this.#wanted
  }

  /** Whether a request that was refused with this code is worth sending again. `quiet`: nobody pressed a button for it. */
  async settles(code: string, quiet: boolean): Promise<boolean> {
    if (!isWanted(code) || (quiet && this.#declinedAt === location.pathname)) return false
    this.#asking ??= new Promise<boolean>((resolve) => {
      this.#answer = resolve
      this.#wanted = code
    })
    return this.#asking
  }

  /** Called by the dialog. */
  answer(proved: boolean): void {
    this.#declinedAt = proved ? undefined : location.pathname
    this.#answer?.(proved)
    this.#answer = this.#asking = this.#wanted = undefined
  }
}

export const stepUp = new StepUp()
