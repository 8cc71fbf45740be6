/** Starts the server: settings → database → bus → app → listening. Ends on SIGTERM, SIGINT, or when its parent is gone. */
import { ConfigError } from '@peerlearn/contract/settings'
import { serveMetrics, type Listening } from './admin/metrics-server.ts'
import { createApp } from './app.ts'
import { inProcessBus, redisBus } from './bus.ts'
import { parseConfig, type Config } from './config.ts'
import { createDb } from './db.ts'
import { createHttpServer, listen, stopListening } from './http-server.ts'
import { createLog } from './log.ts'

/** Whoever waits for the database longer reads that it can't be reached. */
const statementLimitMs = 10_000
/** What is not closed by then is left as it is. */
const stopLimitMs = 4_000

function readConfig(): Config {
  try {
    return parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

const config = readConfig()
const log = createLog(config.LOG_LEVEL)
const db = createDb(config.DATABASE_URL, 20, statementLimitMs)
const onBusError = (err: unknown) => log.warn({ err }, 'the bus failed')
const bus = config.REDIS_URL ? redisBus(config.REDIS_URL, onBusError) : inProcessBus(onBusError)
const app = createApp({ config, db, bus, log, now: () => new Date() })
const server = createHttpServer(app)

async function stop(why: string): Promise<void> {
  log.info({ why }, 'stopping')
  setTimeout(() => process.exit(0), stopLimitMs).unref()
  app.stopping()
  await metrics?.close()
  const listening = stopListening(server)
  await app.close()
  server.closeAllConnections()
  await listening
  await bus.close()
  await db.destroy()
  process.exit(0)
}

let metrics: Listening | undefined
let stopped: Promise<void> | undefined
for (const signal of ['SIGTERM', 'SIGINT', 'disconnect'] as const)
  process.on(signal, () => void (stopped ??= stop(signal)))

// A fault that nobody caught: what it left behind is not to be trusted, and whoever started us starts us again.
process.on('uncaughtException', (err) => {
  log.fatal({ err }, 'a fault that nobody caught')
  process.exit(1)
})

try {
  const port = await listen(server, config.PORT)
  log.info({ port, url: config.PUBLIC_URL }, 'listening')
  if (config.METRICS_LISTEN) metrics = await serveMetrics(app.metrics, config.METRICS_LISTEN, log)
} catch (error) {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
  console.error(
    inUse
      ? `Port ${String('port' in error ? error.port : config.PORT)} is in use by another program.`
      : `Not listening: ${String(error)}`,
  )
  process.exit(1)
}
