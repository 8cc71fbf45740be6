/** Tells admins what needs a look, once, and once that it is over; of several servers only one does. */
import type { Alert } from '@peerlearn/contract/admin'
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { Note, Notify } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'
import { conditionsOf, endedIn } from './conditions.ts'
import type { Measured } from './measured.ts'
import { findAdminIds } from './queries.ts'
import { levels, news, Standing, type Told } from './standing.ts'
import { TurnTaking } from './turn-taking.ts'

interface AlertDeps {
  db: Db
  bus: Bus
  tell: Tell
  notify: Notify
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

  /** What was told and is not over, the gravest and newest first; without what this measurement shows to be over. */
  standingIn(measured: Measured): Alert[] {
    const ended = endedIn(measured)
    return this.#turns.told
      .filter(({ key }) => !ended.has(key))
      .map(({ over: _, ...alert }) => alert)
      .sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level) || (a.since < b.since ? 1 : -1))
  }

  /** About once a second. Every server judges; the speaker tells. */
  judge(measured: Measured): void {
    this.#standing.note(conditionsOf(measured), this.#deps.now(), endedIn(measured))
    if (!this.#turns.isSpeaker()) return this.#turns.say(null)
    const told = this.#turns.told
    const { begun, over } = news(told, this.#standing)
    for (const alert of begun) this.#say(alert, noteOfBegun(alert))
    for (const alert of over) this.#say({ level: 'info', message: alert.over }, noteOfOver(alert))
    const gone = new Set([...over, ...begun].map(({ key }) => key))
    this.#turns.say([...told.filter(({ key }) => !gone.has(key)), ...begun])
  }

  close(): void {
    this.#turns.close()
  }

  /** On their sockets at once, and as a note for those who are away. */
  #say({ level, message }: Pick<Told, 'level' | 'message'>, note: Note): void {
    const { db, tell, notify, log, now } = this.#deps
    log.warn({ level }, message)
    findAdminIds(db)
      .then((ids) => {
        tell.people(ids, 'system.alert', { level, message, at: new Date(now()).toISOString() })
        return notify(ids, note)
      })
      .catch((err: unknown) => log.warn({ err }, 'admins could not be told'))
  }
}

const titles: Record<Alert['level'], string> = {
  error: 'Classes need your help now',
  warning: 'Something needs a look',
  info: 'Worth knowing',
}

/** Of a kind that nobody can switch off; what can wait until somebody looks is worth no mail. */
const noteOf = ({ level, since, key }: Told, what: 'begun' | 'over'): Omit<Note, 'title' | 'message'> => ({
  kind: 'account',
  link: '/admin',
  key: `alert-${what}:${level}:${since}:${key}`.slice(0, 200),
  ...(level !== 'error' && { mail: false }),
})

const noteOfBegun = (alert: Told): Note => ({
  ...noteOf(alert, 'begun'),
  title: titles[alert.level],
  message: alert.message,
})

const noteOfOver = (alert: Told): Note => ({
  ...noteOf(alert, 'over'),
  title: 'That is over',
  message: alert.over,
  mailParagraphs: [alert.over, `You were told: ${alert.message}`],
})
