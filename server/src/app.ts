/** Puts the server together: the only place that constructs. A feature is one line. */
import { Router, type Express } from 'express'
import type { Logger } from 'pino'
import { LiveView } from './admin/live-view.ts'
import { createMetrics, type Metrics } from './admin/metrics.ts'
import { Observed } from './admin/observed.ts'
import { observeRooms } from './admin/observing.ts'
import { adminRoutes } from './admin/routes.ts'
import { createAccessTokens } from './auth/access-tokens.ts'
import { createIdentify } from './auth/identify.ts'
import { authRoutes } from './auth/routes.ts'
import { bookingRoutes } from './bookings/routes.ts'
import { sweepHolds } from './bookings/bookings.ts'
import type { Bus } from './bus.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import { healthRoutes } from './health.ts'
import type { Binding, Gate } from './http.ts'
import { createHttpApp } from './http-app.ts'
import { createNotify } from './notifications/notifications.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { docsRoutes } from './openapi.ts'
import { createGateway } from './payments/gateway.ts'
import { refundSeatless } from './payments/refunds.ts'
import { paymentRoutes } from './payments/routes.ts'
import { sandboxProxy } from './payments/sandbox-proxy.ts'
import { Presence } from './presence.ts'
import { createLimits } from './rate-limit.ts'
import { createProbes } from './readiness/probes.ts'
import { bindReadiness } from './readiness/routes.ts'
import { Learners } from './rooms/learners.ts'
import { LiveRooms } from './rooms/live-rooms.ts'
import { createRoomMessages } from './rooms/messages.ts'
import { endAbandoned } from './sessions/abandoned.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { SfuPool } from './sfu/sfu-pool.ts'
import type { MessageHandlers } from './sockets.ts'
import { staticClient } from './static.ts'
import { startSweep } from './sweep.ts'
import { bindTurn } from './turn/routes.ts'
import { tellOnline } from './users/online.ts'
import { userRoutes } from './users/routes.ts'
import { createTell, Sockets } from './ws.ts'

export interface AppDeps {
  config: Config
  db: Db
  bus: Bus
  log: Logger
  now: () => Date
}

export interface App {
  http: Express
  sockets: Sockets
  bindings: Binding[]
  handlers: MessageHandlers
  metrics: Metrics
  /** From now on it is not ready: nobody new is sent here. */
  stopping(): void
  close(): Promise<void>
}

const sweepMs = 10_000

export function createApp({ config, db, bus, log, now }: AppDeps): App {
  let stopping = false
  const tell = createTell(bus)
  const notify = createNotify({ db, tell })
  const limits = createLimits(config.REDIS_URL)
  const tokens = createAccessTokens(config, now)
  const presence = new Presence({ bus, onChange: tellOnline({ db, tell, log }) })
  const pool = new SfuPool({
    urls: config.SFU_URLS,
    secret: config.SFU_SECRET,
    redisUrl: config.REDIS_URL,
    region: config.REGION,
    log,
  })
  const rooms = new LiveRooms({ db, bus, pool, log })
  const learners = new Learners({ db, bus, pool, log })
  const observed = new Observed(bus, () => now().getTime())
  const view = new LiveView({ db, bus, pool, observed, tell, log, now })
  const metrics = createMetrics({ measured: () => view.measured, alerts: () => view.alerts, observed })
  const gateway = createGateway({
    keyId: config.RAZORPAY_KEY_ID,
    keySecret: config.RAZORPAY_KEY_SECRET,
    apiUrl: config.RAZORPAY_API_URL,
    log,
  })
  const paying = {
    gateway,
    keyId: config.RAZORPAY_KEY_ID,
    keySecret: config.RAZORPAY_KEY_SECRET,
    webhookSecret: config.RAZORPAY_WEBHOOK_SECRET,
    sandbox: config.RAZORPAY_API_URL !== undefined,
  }
  const deps = {
    config,
    db,
    bus,
    log,
    now,
    tell,
    notify,
    limits,
    tokens,
    rooms,
    learners,
    turn: config,
    ...paying,
  }

  const bindings = [
    ...authRoutes(deps),
    ...userRoutes(deps),
    ...sessionRoutes({ ...deps, findOnline: (ids) => Promise.resolve(presence.findOnline(ids)) }),
    ...bookingRoutes(deps),
    ...paymentRoutes(deps),
    ...notificationRoutes(deps),
    ...bindTurn(config),
    ...bindReadiness(deps),
    ...adminRoutes({ db, pool, view }),
  ]
  const room = createRoomMessages(deps)
  const watched = observeRooms(room.handlers, pool, (seen) => observed.tell(seen))
  const handlers: MessageHandlers = { ...watched, ...createProbes({ pool, limits }), ...view.handlers }
  const sockets = new Sockets({
    ...deps,
    handlers,
    guards: room.guards,
    onCame: (userId) => presence.came(userId),
    onWent: (userId) => presence.went(userId),
  })
  const sweep = startSweep([() => sweepHolds(deps), () => endAbandoned(deps), () => refundSeatless(deps)], {
    everyMs: sweepMs,
    onError: (err) => log.warn({ err }, 'a sweep failed'),
  })
  const gate: Gate = { identify: createIdentify(db, tokens), limit: limits.request }
  const others = [
    healthRoutes({ db, log, media: () => pool.ready(), stopping: () => stopping }),
    docsRoutes(),
    ...(config.RAZORPAY_API_URL ? [Router().use('/sandbox', sandboxProxy(config.RAZORPAY_API_URL))] : []),
    ...(config.CLIENT_DIR ? [staticClient(config.CLIENT_DIR, log)] : []),
  ]
  return {
    http: createHttpApp({ config, log, gate, bindings, others }),
    sockets,
    bindings,
    handlers,
    metrics,
    stopping: () => (stopping = true),
    close: async () => {
      stopping = true
      await sockets.close()
      presence.close()
      view.close()
      observed.close()
      await Promise.all([rooms.close(), sweep.close()])
      await learners.close()
      pool.close()
      limits.close()
    },
  }
}
