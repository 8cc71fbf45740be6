/**
 * The hosts of one room: where its next peer goes. A room stays together on few workers, for what crosses between
 * them is sent twice, until they are at their limits.
 */
import { AppError } from '@peerlearn/contract/errors'
import type { Host } from './host.ts'
import type { WorkerSlot } from './worker-slot.ts'
import { emptiestOf } from './workers.ts'
import type { Workers } from './workers.ts'

/** People of one room on one worker, above which an emptier worker is preferred: they all may begin to look at many. */
const together = 100
/** Looks, a second apart, after which a host closes that has nobody and passes nothing on. */
const idleLooks = 5

export interface Place {
  host: Host
  /** It has its consumers: they count by themselves from now on. */
  settle(): void
  /** It has gone. */
  release(): void
}

export class HostSet {
  readonly #workers: Workers
  readonly #open: (slot: WorkerSlot) => Promise<Host>
  readonly #bySlot = new Map<WorkerSlot, Promise<Host>>()
  readonly #peers = new Map<WorkerSlot, number>()
  readonly hosts = new Set<Host>()
  readonly #idleFor = new WeakMap<Host, number>()
  #closed = false

  /** open: makes a host ready for the room. */
  constructor(workers: Workers, open: (slot: WorkerSlot) => Promise<Host>) {
    this.#workers = workers
    this.#open = open
  }

  /**
   * A place for one more peer, which is expected to have so many consumers.
   * @throws AppError media-full, media-unavailable
   */
  async place(expected: number): Promise<Place> {
    await this.#workers.someAnswer()
    const slot = this.#choose()
    const reserved = this.#reserve(slot, expected)
    try {
      const host = await this.#hostOn(slot)
      return { host, ...reserved }
    } catch (error) {
      reserved.release()
      throw error
    }
  }

  /** A host for what no peer here asked for: the first there is, or a new one. @throws AppError */
  async any(): Promise<Host> {
    const [host] = this.hosts
    if (host) this.#idleFor.delete(host)
    return host ?? (await this.#hostOn(this.#choose()))
  }

  /** Once a second: a host whose people have all left closes some seconds later, with its router. */
  tidy(): void {
    for (const host of this.hosts) {
      const isUsed = host.isPassedThrough || (this.#peers.get(host.slot) ?? 0) > 0
      const idleFor = isUsed ? 0 : (this.#idleFor.get(host) ?? 0) + 1
      this.#idleFor.set(host, idleFor)
      if (idleFor >= idleLooks) host.close()
    }
  }

  close(): void {
    this.#closed = true
    for (const opening of this.#bySlot.values()) opening.then((host) => host.close()).catch(() => {})
  }

  #choose(): WorkerSlot {
    const own = emptiestOf([...this.#bySlot.keys()].filter((slot) => slot.hasRoom))
    if (own && (this.#peers.get(own) ?? 0) < together) return own
    const chosen = this.#workers.emptiest(new Set(this.#bySlot.keys())) ?? own
    if (!chosen) throw mediaFull('Every worker of the media server is at its limit.')
    return chosen
  }

  #reserve(slot: WorkerSlot, expected: number): Omit<Place, 'host'> {
    const count = (change: number) => {
      slot.peers += change
      this.#peers.set(slot, (this.#peers.get(slot) ?? 0) + change)
    }
    count(1)
    slot.expected += expected
    let state: 'coming' | 'there' | 'gone' = 'coming'
    const settle = () => {
      if (state === 'coming') slot.expected -= expected
      if (state === 'coming') state = 'there'
    }
    const release = () => {
      settle()
      if (state === 'there') count(-1)
      state = 'gone'
    }
    return { settle, release }
  }

  async #hostOn(slot: WorkerSlot): Promise<Host> {
    const known = this.#bySlot.get(slot)
    if (known) return await known
    const opening = this.#open(slot)
    this.#bySlot.set(slot, opening)
    const forget = () => {
      if (this.#bySlot.get(slot) === opening) this.#bySlot.delete(slot)
    }
    try {
      const host = await opening
      this.hosts.add(host)
      host.router.observer.once('close', () => {
        this.hosts.delete(host)
        forget()
      })
      if (this.#closed) host.close()
      if (host.closed)
        throw new AppError('media-unavailable', 'The media server lost this room. Please try again.')
      return host
    } catch (error) {
      forget()
      throw error
    }
  }
}

/** reason: for those who run it. */
export const mediaFull = (reason: string) =>
  new AppError(
    'media-full',
    'There is no room for more people at the moment. Please try again in a few minutes.',
    {
      reason,
    },
  )
