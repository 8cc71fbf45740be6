/** The rooms and nodes live now, told by the server every two seconds, with the last two minutes kept to draw. */
import type { Live } from '@peerlearn/contract/admin'
import { socket } from '../lib/socket.svelte.ts'
import { wordsOf } from '../lib/api.ts'

const kept = 60

export interface Figures {
  rooms: number
  people: number
  streams: number
  bits: number
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0)

/** What all rooms together are doing. */
export const figuresOf = ({ rooms }: Live): Figures => ({
  rooms: rooms.length,
  people: sum(rooms.map((room) => room.people)),
  streams: sum(rooms.map((room) => room.producers + room.consumers)),
  bits: sum(rooms.map((room) => room.bitsIn + room.bitsOut)),
})

export class LiveView {
  #live = $state.raw<Live>()
  #history = $state.raw<Figures[]>([])
  #failure = $state('')

  get live(): Live | undefined {
    return this.#live
  }
  /** Oldest first. */
  get history(): Figures[] {
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

  async #ask(): Promise<void> {
    try {
      this.#take(await socket.request('admin.watch', {}))
      this.#failure = ''
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : wordsOf(error)
    }
  }

  #take(live: Live): void {
    this.#live = live
    this.#history = [...this.#history, figuresOf(live)].slice(-kept)
  }
}
