/** Is this process alive, and can it serve? For load balancers, containers and the launcher. */
import { Router } from 'express'
import type { Logger } from 'pino'
import type { Db } from './db.ts'
import { findMissingMigrations, knownMigrations } from './migrations.ts'

interface HealthDeps {
  db: Db
  log: Logger
  /** Is at least one media node connected? */
  media: () => boolean
  /** Is this server on its way out? */
  stopping: () => boolean
}

const limitMs = 3_000

/** /health/live touches nothing: a database that is away is no reason to be restarted. */
export function healthRoutes({ db, log, media, stopping }: HealthDeps): Router {
  const known = knownMigrations()
  const router = Router()
  router.get('/health/live', (_req, res) => void res.json({ status: 'alive' }))
  router.get('/health/ready', async (_req, res) => {
    const checks = {
      ...(await databaseChecks(db, known, log)),
      media: media() ? 'ok' : 'no media node is connected',
      ...(stopping() && { server: 'stopping' }),
    }
    const ready = Object.values(checks).every((check) => check === 'ok')
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks })
  })
  return router
}

async function databaseChecks(db: Db, known: string[], log: Logger) {
  try {
    const missing = await inTime(findMissingMigrations(db, known))
    return { database: 'ok', migrations: missing.length === 0 ? 'ok' : `missing: ${missing.join(', ')}` }
  } catch (error) {
    // The reason names hosts and users: it is for the log, not for whoever asks.
    log.warn({ err: error }, 'the database does not answer')
    return { database: 'does not answer', migrations: 'unknown' }
  }
}

/** A database that hangs is one that does not answer. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer in ${limitMs} ms`)), limitMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
