/** The nodes and rooms live now, told by the server every two seconds, with the last hour in points of ten seconds. */
import { adminRoutes } from '@peerlearn/contract/admin'
import type { Live, Sample } from '@peerlearn/contract/admin'
import { call, wordsOf } from '../lib/api.ts'
import { socket } from '../lib/socket.svelte.ts'
import { withSample } from './last-hour.ts'

export class LiveView {
  #live = $state.raw<Live>()
  #heardAt = $state<number>()
  #history = $state.raw<readonly Sample[]>()
  #failure = $state('')

  get live(): Live | undefined {
    return this.#live
  }
  /** When the figures came, by this device's clock. */
  get heardAt(): number | undefined {
    return this.#heardAt
  }
  /** Oldest first; undefined until it came. */
  get history(): readonly Sample[] | undefined {
    return this.#history
  }
  get failure(): string {
    return this.#failure
  }

  /** Asks for the live view, and again after each reconnection, until the returned function is called. */
  watch(): () => void {
    const ask = () => {
      if (socket.state === 'open') void this.#ask()
    }
    const stops = [socket.on('admin.live', (live) => this.#take(live)), socket.onState(ask)]
    ask()
    return () => {
      for (const stop of stops) stop()
      if (socket.state === 'open') socket.request('admin.unwatch', {}).catch(() => undefined)
    }
  }

  /** The watch first, then the past: nothing falls between the two. */
  async #ask(): Promise<void> {
    try {
      this.#take(await socket.request('admin.watch', {}))
      this.#history = (await call(adminRoutes.history, {})).samples
      this.#failure = ''
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : wordsOf(error)
    }
  }

  #take(live: Live): void {
    this.#live = live
    this.#heardAt = Date.now()
    if (this.#history && live.sample) this.#history = withSample(this.#history, live.sample)
  }
}
