/**
 * Watches one transport and asks for an ICE restart early: a browser stays `disconnected` for good after half a minute
 * without network and may never say `failed`, so it is not waited for.
 */
export type IceState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed'

interface Options {
  restart: () => Promise<void>
  /** Restarts did not help: the transport must be made anew. */
  giveUp: () => void
}

const patienceMs: Partial<Record<IceState, number>> = { connecting: 10_000, disconnected: 2000, failed: 0 }
/** A restart over the slowest path (TURN over TCP) takes about a second. */
const restartMs = 5000
const maxRestarts = 3

export class IceWatch {
  #options: Options
  #state: IceState = 'new'
  #restarts = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(options: Options) {
    this.#options = options
  }

  get state(): IceState {
    return this.#state
  }

  /** The transport's state is this now. */
  observe(state: IceState): void {
    if (this.#closed) return
    this.#state = state
    if (state === 'connected') this.#restarts = 0
    // A restart that is under way passes through these states; its own time limit counts.
    else if (this.#restarts > 0) return
    this.#wait(patienceMs[state])
  }

  /** The network is back, or the way to the server is: no more waiting. */
  nudge(): void {
    if (this.#closed || this.#state === 'new' || this.#state === 'connected') return
    void this.#restart()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #wait(ms: number | undefined): void {
    clearTimeout(this.#timer)
    if (ms !== undefined) this.#timer = setTimeout(() => void this.#restart(), ms)
  }

  async #restart(): Promise<void> {
    if (this.#restarts >= maxRestarts) {
      this.close()
      this.#options.giveUp()
      return
    }
    this.#restarts++
    this.#wait(restartMs)
    try {
      await this.#options.restart()
    } catch {
      // The server is out of reach: this try does not count, the next nudge or the timer comes back to it.
      this.#restarts = Math.max(1, this.#restarts - 1)
    }
  }
}
