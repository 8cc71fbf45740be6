/**
 * Watches one transport and asks for an ICE restart early: a browser stays `disconnected` for good after half a minute
 * without network and may never say `failed`, and after a change of address says `connected` for seconds though nothing
 * comes, so neither is waited for.
 */
export type IceState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed'

interface Options {
  restart: (tries: number) => Promise<void>
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
    const was = this.#state
    this.#state = state
    // The state of a connection that was restarted in doubt says nothing: `flows` does.
    if (state === 'connected' && was !== 'connected') this.#restarts = 0
    // A restart that is under way passes through these states; its own time limit counts.
    else if (this.#restarts > 0) return
    this.#wait(patienceMs[state])
  }

  /** Something came over it just now. */
  flows(): void {
    if (this.#closed || this.#state !== 'connected' || this.#restarts === 0) return
    this.#restarts = 0
    clearTimeout(this.#timer)
  }

  /** The network is back, or the way to the server is: no more waiting. */
  nudge(): void {
    const well = this.#state === 'connected' && this.#restarts === 0
    if (this.#closed || this.#state === 'new' || well) return
    void this.#restart()
  }

  /** Whatever the state says: the network changed, or nothing comes any more. A restart under way is left to its time. */
  doubt(): void {
    if (this.#closed || this.#state === 'new' || this.#restarts > 0) return
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
      await this.#options.restart(this.#restarts)
    } catch {
      // The server is out of reach: this try does not count, the next nudge or the timer comes back to it.
      this.#restarts = Math.max(1, this.#restarts - 1)
    }
  }
}
