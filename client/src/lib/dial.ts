/** One try to open a WebSocket: a ticket is asked for, then the socket opened with it, each within its time. */
import { subprotocol } from '@peerlearn/contract/channel'

/** `unanswered`: nobody said anything, so the time was spent waiting. `lost`: refused, or cut. */
export type DialFailure = 'signed-out' | 'unanswered' | 'lost'

interface Options {
  /** A fresh ticket; it throws an error with the code `signed-out` when there is no login any more. */
  ticket: (signal: AbortSignal) => Promise<string>
  url: string
  limitMs: number
  onOpen: (ws: WebSocket) => void
  onFailed: (why: DialFailure) => void
}

export class Dial {
  #options: Options
  /** Ends a request for a ticket that nobody waits for any more: a browser opens few connections at a time. */
  #asking = new AbortController()
  #ws: WebSocket | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #over = false

  constructor(options: Options) {
    this.#options = options
    this.#within(options.limitMs)
    void this.#ask()
  }

  /** Gives it up, silently. */
  cancel(): void {
    if (this.#end()) this.#ws?.close()
  }

  async #ask(): Promise<void> {
    try {
      const ticket = await this.#options.ticket(this.#asking.signal)
      if (!this.#over) this.#open(ticket)
    } catch (error) {
      this.#fail((error as { code?: string }).code === 'signed-out' ? 'signed-out' : 'lost')
    }
  }

  #open(ticket: string): void {
    const ws = (this.#ws = new WebSocket(this.#options.url, [subprotocol, `ticket.${ticket}`]))
    this.#within(this.#options.limitMs)
    ws.onopen = () => this.#end() && this.#options.onOpen(ws)
    ws.onclose = () => this.#fail('lost')
  }

  #within(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#fail('unanswered'), ms)
  }

  #fail(why: DialFailure): void {
    if (!this.#end()) return
    this.#ws?.close()
    this.#options.onFailed(why)
  }

  /** True the first time. */
  #end(): boolean {
    if (this.#over) return false
    this.#over = true
    clearTimeout(this.#timer)
    this.#asking.abort()
    return true
  }
}
