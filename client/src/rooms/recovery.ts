/**
 * The ladder of getting media back: which step is being taken, since when, and who is at fault. It times each trouble
 * from its first sign to media that flow again, and keeps the steps until they are told. Pure.
 */
import type { LadderStep } from '@peerlearn/contract/links'

export type Step = LadderStep['step']
export type Fault = LadderStep['fault']

export interface RecoveryState {
  /** The highest step taken so far. */
  step: Step
  fault: Fault
  /** Milliseconds since the epoch. */
  since: number
  /** Everything is back: it can be said so for a moment. */
  done: boolean
}

const rungs: Step[] = ['socket', 'ice', 'transports', 'rejoin']
const kept = 20

export class Recovery {
  #state: RecoveryState | null = null
  #steps: LadderStep[] = []
  #onChange: (state: RecoveryState | null) => void

  constructor(onChange: (state: RecoveryState | null) => void) {
    this.#onChange = onChange
  }

  get state(): RecoveryState | null {
    return this.#state
  }

  /** Something is wrong since then, and this step is taken against it; the newest word on the fault counts. */
  take(step: Step, fault: Fault, since: number): void {
    const under = this.#state && !this.#state.done ? this.#state : null
    const higher = under && rungs.indexOf(under.step) > rungs.indexOf(step) ? under.step : step
    const first = under ? Math.min(under.since, since) : since
    const next = { step: higher, fault, since: first, done: false }
    if (under && under.step === next.step && under.fault === next.fault && under.since === next.since) return
    this.#become(next)
  }

  /** Socket and media are well. */
  well(at: number): void {
    if (!this.#state || this.#state.done) return
    const { step, fault, since } = this.#state
    this.note({ step, fault, ms: Math.max(0, Math.round(at - since)) })
    this.#become({ ...this.#state, done: true })
  }

  /** It was said long enough that it is over. */
  forget(): void {
    if (this.#state?.done) this.#become(null)
  }

  /** A step that nobody noticed. */
  note(step: LadderStep): void {
    this.#steps = [...this.#steps, step].slice(-kept)
  }

  /** The steps since the last call, to be told; `untake` when that failed. */
  takeSteps(): LadderStep[] {
    return this.#steps.splice(0)
  }

  untake(steps: LadderStep[]): void {
    this.#steps = [...steps, ...this.#steps].slice(-kept)
  }

  #become(state: RecoveryState | null): void {
    this.#state = state
    this.#onChange(state)
  }
}
