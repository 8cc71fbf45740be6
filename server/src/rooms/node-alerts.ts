/** Tells admins when a media node stays away, and when it is back. */
import type { Logger } from 'pino'
import type { Db } from '../db.ts'
import type { SfuNode } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { Tell } from '../sockets.ts'
import { findAdminIds } from './queries.ts'

interface AlertDeps {
  db: Db
  pool: SfuPool
  tell: Tell
  log: Logger
  /** A node that is back sooner is not worth a word. */
  afterMs?: number
}

export function startNodeAlerts(deps: AlertDeps): { close(): void } {
  const watches = deps.pool.nodes.map((node) => watch(deps, node))
  return { close: () => watches.forEach((stop) => stop()) }
}

function watch({ db, tell, log, afterMs = 3_000 }: AlertDeps, node: SfuNode): () => void {
  const alert = (level: 'warning' | 'info', message: string) => {
    findAdminIds(db)
      .then((ids) => tell.people(ids, 'system.alert', { level, message, at: new Date().toISOString() }))
      .catch((err: unknown) => log.warn({ err }, 'admins could not be told'))
  }
  let told = false
  let timer: NodeJS.Timeout | undefined
  const stops = [
    node.onDown(() => {
      timer = setTimeout(() => {
        told = true
        alert(
          'warning',
          `The media node ${node.nodeId} does not answer. Its classes have no sound or picture.`,
        )
      }, afterMs)
    }),
    node.onUp(() => {
      clearTimeout(timer)
      if (told) alert('info', `The media node ${node.nodeId} is back.`)
      told = false
    }),
  ]
  return () => {
    for (const stop of stops) stop()
    clearTimeout(timer)
  }
}
