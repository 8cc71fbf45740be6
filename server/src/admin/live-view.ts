/** What an admin sees of the nodes and rooms live now, from what the media nodes measure; with the last hour of it. */
import type { Live, Sample } from '@peerlearn/contract/admin'
import { refusalOf } from '@peerlearn/contract/policy'
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { ClientSocket, MessageHandlers, Tell } from '../sockets.ts'
import { Alerts } from './alerts.ts'
import { Drains } from './drains.ts'
import { History } from './history.ts'
import { measure, sampleOf, type Measured } from './measured.ts'
import { Names } from './names.ts'
import type { Observed } from './observed.ts'
import { Roster } from './roster.ts'

export interface LiveViewDeps {
  db: Db
  bus: Bus
  pool: Pick<SfuPool, 'nodes' | 'onStats'>
  observed: Observed
  tell: Tell
  notify: Notify
  log: Logger
  now: () => Date
}

/** Nodes measure every two seconds; watchers hear of it within this time, but no more often than once a second. */
const lookMs = 250
const leastMs = 1_000
const mostMs = 2_000

export class LiveView {
  readonly #deps: LiveViewDeps
  readonly #names: Names
  readonly #alerts: Alerts
  readonly #history = new History()
  readonly #drains = new Drains()
  readonly #roster = new Roster()
  /** Each with what lets go of its socket. */
  readonly #watchers = new Map<ClientSocket, () => void>()
  readonly #stops: (() => void)[]
  #measured: Measured
  #isFresh = false
  #toldAt = 0
  #telling = false

  constructor(deps: LiveViewDeps) {
    this.#deps = deps
    this.#names = new Names(deps.db, deps.log)
    this.#alerts = new Alerts({ ...deps, now: () => deps.now().getTime() })
    this.#measured = this.#measure()
    const timers = [setInterval(() => this.#keep(), 1_000), setInterval(() => this.#look(), lookMs)]
    this.#stops = [
      deps.pool.onStats(() => (this.#isFresh = true)),
      () => timers.forEach((timer) => clearInterval(timer)),
      () => this.#alerts.close(),
    ]
  }

  readonly handlers: MessageHandlers<'admin.watch' | 'admin.unwatch'> = {
    'admin.watch': async ({ socket }) => {
      if (!this.#watchers.has(socket) && !socket.closed)
        this.#watchers.set(
          socket,
          socket.onClose(() => this.#watchers.delete(socket)),
        )
      return this.live()
    },
    'admin.unwatch': ({ socket }) => {
      this.#watchers.get(socket)?.()
      this.#watchers.delete(socket)
      return Promise.resolve({})
    },
  }

  async live(): Promise<Live> {
    const { recent: _, ...measured } = (this.#measured = this.#measure())
    return {
      ...measured,
      ...(await this.#names.give(this.#measured)),
      alerts: this.alerts,
      sample: this.#history.newest,
    }
  }

  /** Of the last second or less. */
  get measured(): Measured {
    return this.#measured
  }

  get alerts(): Live['alerts'] {
    return this.#alerts.standingIn(this.#measured)
  }

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.#history.samples
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#watchers.clear()
  }

  #measure(): Measured {
    const { pool, observed, now } = this.#deps
    const at = now()
    const nodes = this.#roster.note(pool.nodes, at.getTime())
    return measure(nodes, observed, this.#drains.note(nodes, at.getTime()), at)
  }

  /** What goes on whether anybody looks or not. */
  #keep(): void {
    this.#measured = this.#measure()
    this.#alerts.judge(this.#measured)
    this.#history.add(sampleOf(this.#measured))
  }

  #look(): void {
    const waited = performance.now() - this.#toldAt
    if (this.#telling || this.#watchers.size === 0 || waited < (this.#isFresh ? leastMs : mostMs)) return
    this.#isFresh = false
    this.#toldAt = performance.now()
    this.#telling = true
    this.#tellWatchers()
      .catch((err: unknown) => this.#deps.log.warn({ err }, 'the live view could not be told'))
      .finally(() => (this.#telling = false))
  }

  async #tellWatchers(): Promise<void> {
    const now = await this.live()
    // Asked again each time: a socket outlives its person's roles.
    for (const socket of this.#watchers.keys())
      if (!refusalOf('admin', socket.who, this.#deps.now())) socket.tell('admin.live', now)
  }
}
