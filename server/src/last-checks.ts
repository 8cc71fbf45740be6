/**
 * When the database is away, who is in a class keeps their sound and picture: messages about somebody's own media are let
 * in by the last check that went well. Never for coming in, for words, or for what the mentor does to others.
 */
import type { ClientMethod } from '@peerlearn/contract/client-channel'
import { isAway, notReady } from './db.ts'
import type { ClientSocket } from './sockets.ts'

/** How old the last good check may be. */
const trustMs = 60_000
/** A database that hangs is one that is away; who has a good check does not wait for it any longer. */
const patienceMs = 1_500

const ofOwnMedia: ReadonlySet<ClientMethod> = new Set<ClientMethod>([
  'transport.connect',
  'transport.restart-ice',
  'producer.create',
  'producer.pause',
  'producer.resume',
  'producer.close',
  'consumer.resume',
  'view.set',
  'receive.set',
  'link.report',
  'media.rejoin',
  'media.move',
  'media.moved',
])

/** Asked by itself and again later: while the database hangs, it holds up none of the messages behind it. */
const canWait: ReadonlySet<ClientMethod> = new Set<ClientMethod>(['socket.ticket'])

export class LastChecks {
  /** One entry a socket, gone with it. */
  readonly #passedAt = new WeakMap<ClientSocket, number>()

  /** The database let this socket's person do something in their room just now. */
  passed(socket: ClientSocket): void {
    this.#passedAt.set(socket, Date.now())
  }

  /**
   * What the check answers, or undefined when the database is away and the last good check will do.
   * @throws what the check throws; AppError `not-ready` when the database is away and it will not do
   */
  async unlessAway<T>(
    socket: ClientSocket,
    method: ClientMethod,
    check: () => Promise<T>,
  ): Promise<T | undefined> {
    const trusted = ofOwnMedia.has(method) && Date.now() - (this.#passedAt.get(socket) ?? 0) <= trustMs
    try {
      return await (trusted || canWait.has(method) ? inTime(check()) : check())
    } catch (error) {
      if (!isAway(error) && error !== tooLate) throw error
      if (!trusted) throw notReady()
      return undefined
    }
  }
}

export const tooLate = new Error('the database did not answer in time')

/** What the work answers, unless the database hangs. @throws what it throws; `tooLate` */
export function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(tooLate), patienceMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
