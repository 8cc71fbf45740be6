/** What a person sends and receives a second, and what each receive mode took of it: measured, lately first. */
import type { ReceiveMode } from '@peerlearn/contract/media'

/** A mode's rate is known after this long in it. */
const knownAfterSeconds = 20
/** Older than this counts little. */
const memorySeconds = 12

export class ModeRates {
  readonly #bits: Partial<Record<ReceiveMode, number>> = {}
  #mode: ReceiveMode | undefined
  #seconds = 0
  #upBits = 0

  /** So many bytes went up and down in these seconds, with this mode in force. */
  take(mode: ReceiveMode, { up, down, seconds }: { up: number; down: number; seconds: number }): void {
    if (seconds <= 0) return
    if (mode !== this.#mode) this.#seconds = 0
    this.#mode = mode
    this.#seconds += seconds
    const weight = 1 - Math.exp(-seconds / memorySeconds)
    this.#upBits += weight * ((up * 8) / seconds - this.#upBits)
    const bits = (down * 8) / seconds
    // Entering a mode anew begins from what it took before.
    const before = this.#bits[mode] ?? bits
    this.#bits[mode] = before + weight * (bits - before)
  }

  get upBits(): number {
    return this.#upBits
  }

  /** Bits a second that came down in each mode; of the mode in force only when it has been so for a while. */
  get measured(): Partial<Record<ReceiveMode, number>> {
    if (this.#mode === undefined || this.#seconds >= knownAfterSeconds) return { ...this.#bits }
    const { [this.#mode]: _, ...others } = this.#bits
    return others
  }
}
