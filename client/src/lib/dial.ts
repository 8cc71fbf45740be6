/**
 * One try to open a WebSocket, with the ticket at hand or one that is asked for first, each within its time. A browser
 * opens one WebSocket to a server at a time (RFC 6455, 4.1), so a try that hangs must end before the next one begins.
 */
import { subprotocol } from '@peerlearn/contract/channel'

/** `unanswered`: nobody said anything, so the time was spent waiting. `lost`: refused, or cut. */
export type DialFailure = 'signed-out' | 'unanswered' | 'lost'

interface Options {
  /** At hand: nothing has to be fetched. */
  reconnect: string | undefined
  /** A fresh ticket; it throws an error with the code `signed-out` when there is no login any more. */
  ticket: (signal: AbortSignal) => Promise<string>
  url: string
  limitMs: number
  onOpen: (ws: WebSocket) => void
  onFailed: (why: DialFailure) => void
  /** It ended after nobody needed it any more. */
  onSpared: () => void
}

export class Dial {
  #options: Options
  /** Ends a request for a ticket that nobody waits for any more: a browser opens few connections at a time. */
  #asking = new AbortController()
  #ws: WebSocket | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #over = false
  #spared = false

  constructor(options: Options) {
    const { reconnect, limitMs } = (this.#options = options)
    this.#within(limitMs)
    if (reconnect === undefined) void this.#ask()
    else this.#open(reconnect)
  }

  /** Gives it up, silently. */
  cancel(): void {
    if (this.#end()) this.#ws?.close()
  }

  /** Nobody needs it any more: it is closed when it has opened, since browsers call it an error to close it before. */
  spare(): void {
    this.#spared = true
    if (!this.#ws) this.#endSpared()
  }

  /** It is needed after all, and has its whole time from now. */
  want(): void {
    if (!this.#spared) return
    this.#spared = false
    this.#within(this.#options.limitMs)
  }

  async #ask(): Promise<void> {
    try {
      const ticket = await this.#options.ticket(this.#asking.signal)
      if (this.#over) return
      this.#within(this.#options.limitMs)
      this.#open(ticket)
    } catch (error) {
      this.#fail((error as { code?: string }).code === 'signed-out' ? 'signed-out' : 'lost')
    }
  }

  #open(ticket: string): void {
    const ws = (this.#ws = new WebSocket(this.#options.url, [subprotocol, `ticket.${ticket}`]))
    ws.onopen = () => this.#opened(ws)
    ws.onclose = () => this.#fail('lost')
  }

  #opened(ws: WebSocket): void {
    if (this.#spared) this.#endSpared()
    else if (this.#end()) this.#options.onOpen(ws)
  }

  #within(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#fail('unanswered'), ms)
  }

  #fail(why: DialFailure): void {
    if (this.#spared) return this.#endSpared()
    if (!this.#end()) return
    this.#ws?.close()
    this.#options.onFailed(why)
  }

  #endSpared(): void {
    if (!this.#end()) return
    this.#ws?.close()
    this.#options.onSpared()
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
