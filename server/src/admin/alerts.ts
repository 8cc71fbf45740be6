/** Tells admins what needs a look, once, and once that it is over; of several servers only one does. */
import type { Alert } from '@peerlearn/contract/admin'
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { Tell } from '../sockets.ts'
import { conditionsOf } from './conditions.ts'
import type { Measured } from './measured.ts'
import { findAdminIds } from './queries.ts'
import { news, Standing, type Told } from './standing.ts'
import { TurnTaking } from './turn-taking.ts'

interface AlertDeps {
  db: Db
  bus: Bus
  tell: Tell
  log: Logger
  now: () => number
}

export class Alerts {
  readonly #deps: AlertDeps
  readonly #standing = new Standing()
  readonly #turns: TurnTaking

  constructor(deps: AlertDeps) {
    this.#deps = deps
    this.#turns = new TurnTaking(deps.bus, deps.now)
  }

  /** What was told and is not over, the gravest and newest first. */
  get current(): Alert[] {
    const grave: Alert['level'][] = ['error', 'warning', 'info']
    return this.#turns.told
      .map(({ over: _, ...alert }) => alert)
      .sort((a, b) => grave.indexOf(a.level) - grave.indexOf(b.level) || (a.since < b.since ? 1 : -1))
  }

  /** About once a second. Every server judges; the speaker tells. */
  judge(measured: Measured): void {
    this.#standing.note(conditionsOf(measured), this.#deps.now())
    if (!this.#turns.isSpeaker()) return this.#turns.say(null)
    const told = this.#turns.told
    const { begun, over } = news(told, this.#standing)
    for (const alert of begun) this.#say(alert)
    for (const { over: message } of over) this.#say({ level: 'info', message })
    this.#turns.say([...told.filter((alert) => !over.includes(alert)), ...begun])
  }

  close(): void {
    this.#turns.close()
  }

  #say({ level, message }: Pick<Told, 'level' | 'message'>): void {
    const { db, tell, log, now } = this.#deps
    log.warn({ level }, message)
    findAdminIds(db)
      .then((ids) => tell.people(ids, 'system.alert', { level, message, at: new Date(now()).toISOString() }))
      .catch((err: unknown) => log.warn({ err }, 'admins could not be told'))
  }
}
