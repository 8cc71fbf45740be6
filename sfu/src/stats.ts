/** Every two seconds, to every server: what the workers and rooms of this node carry. Nobody there, nothing measured. */
import type { NoticeData } from './channel.ts'
import type { Rooms } from './rooms.ts'
import type { Workers } from './workers.ts'

const interval = 2_000

export class Stats {
  readonly #workers: Workers
  readonly #rooms: Rooms
  readonly #tell: (stats: NoticeData<'node.stats'>) => void
  readonly #hasListeners: () => boolean
  readonly #timer: NodeJS.Timeout
  #busy = false
  #last = performance.now()

  constructor(
    workers: Workers,
    rooms: Rooms,
    tell: (stats: NoticeData<'node.stats'>) => void,
    hasListeners: () => boolean,
  ) {
    this.#workers = workers
    this.#rooms = rooms
    this.#tell = tell
    this.#hasListeners = hasListeners
    this.#timer = setInterval(() => void this.#measure(), interval)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #measure(): Promise<void> {
    if (this.#busy || !this.#hasListeners()) return
    this.#busy = true
    const now = performance.now()
    const seconds = (now - this.#last) / 1_000
    this.#last = now
    const rooms = await this.#rooms.stats(seconds).finally(() => (this.#busy = false))
    this.#tell({ workers: this.#workersNow(), rooms })
  }

  #workersNow(): NoticeData<'node.stats'>['workers'] {
    return this.#workers.slots.flatMap(({ pid, cpu, rooms, consumers }) =>
      pid === undefined ? [] : [{ pid, cpu, rooms, consumers }],
    )
  }
}
