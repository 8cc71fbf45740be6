/** A payment that went through at the bank and is not known to be ours yet: asked for until it is known how it ended. */
import { paymentRoutes } from '@peerlearn/contract/payments'
import type { PurchaseState } from '@peerlearn/contract/payments'
import { call } from '../lib/api.ts'
import { socket } from '../lib/socket.svelte.ts'

type Read = (purchaseId: string, signal: AbortSignal) => Promise<PurchaseState>

const read: Read = (id, signal) => call(paymentRoutes.state, { params: { id }, signal })

/** Milliseconds between two questions: soon at first, then patiently. */
const [firstMs, mostMs, growth] = [1_000, 15_000, 1.5]
/** Then it is said that it takes long. */
const longMs = 60_000

const ends: PurchaseState['state'][] = ['booked', 'refunding', 'refunded']

/** Has the bank said yes, and the server waits for the money? No answer is none. */
export const isConfirming = (purchaseId: string): Promise<boolean> =>
  read(purchaseId, AbortSignal.timeout(10_000)).then(
    ({ state }) => state === 'confirming',
    () => false,
  )

export class Confirmation {
  #state = $state.raw<PurchaseState>()
  #long = $state(false)
  #failures = $state(0)
  readonly #purchaseId: string
  readonly #read: Read
  readonly #begun = Date.now()

  constructor(purchaseId: string, ask: Read = read) {
    this.#purchaseId = purchaseId
    this.#read = ask
  }

  /** The last thing heard of it. */
  get state(): PurchaseState | undefined {
    return this.#state
  }
  /** It is known how it ended. */
  get ended(): boolean {
    return this.#state !== undefined && ends.includes(this.#state.state)
  }
  get long(): boolean {
    return this.#long
  }
  /** The server did not answer the last times. */
  get unreachable(): boolean {
    return this.#failures > 1
  }

  /** Asks until it has ended, or until the returned function is called. A note that comes in is reason to ask at once. */
  watch(): () => void {
    const stopping = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let asking = false
    const ask = async (nextMs: number) => {
      clearTimeout(timer)
      if (asking || stopping.signal.aborted) return
      asking = true
      await this.#askOnce(stopping.signal)
      asking = false
      if (!this.ended && !stopping.signal.aborted)
        timer = setTimeout(() => void ask(Math.min(nextMs * growth, mostMs)), nextMs)
    }
    const now = () => void ask(firstMs)
    const shown = () => document.visibilityState === 'visible' && now()
    document.addEventListener('visibilitychange', shown)
    const stopHearing = socket.on('notification.new', now)
    now()
    return () => {
      stopping.abort()
      clearTimeout(timer)
      stopHearing()
      document.removeEventListener('visibilitychange', shown)
    }
  }

  async #askOnce(signal: AbortSignal): Promise<void> {
    try {
      const state = await this.#read(this.#purchaseId, signal)
      if (signal.aborted) return
      this.#state = state
      this.#failures = 0
    } catch {
      if (!signal.aborted) this.#failures += 1
    }
    this.#long = Date.now() - this.#begun > longMs
  }
}
