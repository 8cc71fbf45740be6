/** Puts the server together: the only place that constructs. A feature is one line. */
import { Router, type Express } from 'express'
import type { Logger } from 'pino'
import { LiveView } from './admin/live-view.ts'
import { createMetrics, type Metrics } from './admin/metrics.ts'
import { Observed } from './admin/observed.ts'
import { observeRooms } from './admin/observing.ts'
import { adminRoutes } from './admin/routes.ts'
import { attendanceJobs } from './attendance/attendance.ts'
import { createRefundsDue } from './attendance/refunds-due.ts'
import { attendanceBindings } from './attendance/routes.ts'
import { createAccessTokens } from './auth/access-tokens.ts'
import { createIdentify } from './auth/identify.ts'
import { createAuthMessages } from './auth/messages.ts'
import { passwordJobs } from './auth/new-password.ts'
import { authRoutes } from './auth/routes.ts'
import { availabilityBindings } from './availability/routes.ts'
import { bookingRoutes } from './bookings/routes.ts'
import { sweepMinimum } from './bookings/minimum.ts'
import { createReleaseSeats, createReturnCredits } from './bookings/release.ts'
import { sweepHolds } from './bookings/sweeps.ts'
import { freshenSeats } from './bookings/waitlist-offers.ts'
import type { Bus } from './bus.ts'
import { createInvite } from './calendar/invite.ts'
import { calendarBindings } from './calendar/routes.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import { documentJobs } from './documents/issue.ts'
import { documentRoutes } from './documents/routes.ts'
import { healthRoutes } from './health.ts'
import type { Binding, Gate } from './http.ts'
import { createHttpApp } from './http-app.ts'
import { createOnce, forgetOldKeys } from './idempotency.ts'
import { mentorRoutes } from './mentors/routes.ts'
import { followerJobs } from './mentors/telling.ts'
import { createJobs, type Jobs } from './jobs/jobs.ts'
import { jobRoutes } from './jobs/routes.ts'
import { createMail, mailJobs } from './mail/mail.ts'
import { smtpTransport } from './mail/transport.ts'
import { trialDesk } from './mail/trial-desk.ts'
import { createNotify, type Notify } from './notifications/notifications.ts'
import { pushFrom } from './notifications/push.ts'
import { pushJobs } from './notifications/push-jobs.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { docsRoutes } from './openapi.ts'
import { paymentEvents } from './payments/events.ts'
import { connectRazorpay, createGateway } from './payments/gateway.ts'
import { paymentJobs } from './payments/jobs.ts'
import { createOneAtATime } from './payments/one-at-a-time.ts'
import { createDecideRefund } from './payments/refunds.ts'
import { createTelling } from './payments/telling.ts'
import { paymentRoutes } from './payments/routes.ts'
import { createPayoutsOnVerdict } from './payouts/due.ts'
import { payoutEvents } from './payouts/events.ts'
import { payoutJobs } from './payouts/jobs.ts'
import { createRouteGateway } from './payouts/route-gateway.ts'
import { bindPayouts } from './payouts/routes.ts'
import { ownDataRoutes } from './own-data/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { peopleJobs } from './people/standing.ts'
import { sandboxProxy } from './payments/sandbox-proxy.ts'
import { Presence } from './presence.ts'
import { createLimits } from './rate-limit.ts'
import { retentionJobs } from './retention.ts'
import { createProbes } from './readiness/probes.ts'
import { bindReadiness } from './readiness/routes.ts'
import { createExpel } from './rooms/expelling.ts'
import { Learners } from './rooms/learners.ts'
import { LiveRooms } from './rooms/live-rooms.ts'
import { createRoomMessages } from './rooms/messages.ts'
import { reminderJobs } from './reminders/reminders.ts'
import { endAbandoned } from './sessions/abandoned.ts'
import { cancelJobs } from './sessions/cancelling.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { SfuPool } from './sfu/sfu-pool.ts'
import type { MessageHandlers } from './sockets.ts'
import { staticClient } from './static.ts'
import { startSweep } from './sweep.ts'
import { bindTurn } from './turn/routes.ts'
import { Turns } from './turns.ts'
import { tellOnline } from './users/online.ts'
import { userRoutes } from './users/routes.ts'
import { createTell, Sockets } from './ws.ts'

export interface AppDeps {
  config: Config
  db: Db
  bus: Bus
  log: Logger
  now: () => Date
  /** Do jobs come by themselves at their times? Unless it says otherwise. */
  crons?: boolean
}

export interface App {
  http: Express
  sockets: Sockets
  bindings: Binding[]
  handlers: MessageHandlers
  metrics: Metrics
  jobs: Jobs
  notify: Notify
  /** One round of the sweep now; for those who can't wait. */
  sweep(): Promise<void>
  /** From now on it is not ready: nobody new is sent here. */
  stopping(): void
  close(): Promise<void>
}

const sweepMs = 10_000

export function createApp({ config, db, bus, log, now, crons = true }: AppDeps): App {
  let stopping = false
  const tell = createTell(bus)
  const jobs = createJobs({ databaseUrl: config.DATABASE_URL, log, crons })
  const transport = config.SMTP_URL ? smtpTransport(config.SMTP_URL, config.MAIL_FROM) : undefined
  const mail = createMail({ jobs, publicUrl: config.PUBLIC_URL })
  const push = pushFrom(config)
  const notify = createNotify({ db, tell, jobs, mail, pushing: push !== undefined })
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
  const expel = createExpel({ db, rooms })
  const observed = new Observed(bus, () => now().getTime())
  const view = new LiveView({ db, bus, pool, observed, tell, log, now })
  const metrics = createMetrics({ measured: () => view.measured, alerts: () => view.alerts, observed })
  const key = { keyId: config.RAZORPAY_KEY_ID, keySecret: config.RAZORPAY_KEY_SECRET }
  const telling = createTelling(log)
  const razorpay = connectRazorpay({ ...key, apiUrl: config.RAZORPAY_API_URL, log })
  const paying = {
    ...key,
    gateway: createGateway(razorpay),
    route: createRouteGateway(razorpay),
    platformFeeBasisPoints: config.PLATFORM_FEE_BASIS_POINTS,
    decideRefund: createDecideRefund(jobs),
    webhookSecrets: [config.RAZORPAY_WEBHOOK_SECRET, config.RAZORPAY_WEBHOOK_SECRET_PREVIOUS ?? []].flat(),
    sandbox: config.RAZORPAY_API_URL !== undefined,
  }
  const place = { publicUrl: config.PUBLIC_URL, from: config.MAIL_FROM }
  const invite = createInvite(place)
  const seating = {
    invite,
    releaseSeats: createReleaseSeats({ ...paying, jobs }),
    turns: new Turns(),
    offerSeats: (sessionId: string) => freshenSeats({ db, tell, notify, mail, invite }, sessionId),
  }
  const deps = {
    config,
    db,
    bus,
    log,
    now,
    tell,
    jobs,
    mail,
    push,
    notify,
    limits,
    tokens,
    rooms,
    expel,
    learners,
    turn: config,
    ...paying,
    ...seating,
    onVerdict: [
      createRefundsDue(paying),
      createReturnCredits(paying),
      createPayoutsOnVerdict({ ...paying, jobs }),
    ],
  }

  const bindings = [
    ...authRoutes(deps),
    ...userRoutes(deps),
    ...mentorRoutes(deps),
    ...ownDataRoutes(deps),
    ...peopleRoutes(deps),
    ...sessionRoutes({ ...deps, findOnline: (ids) => Promise.resolve(presence.findOnline(ids)) }),
    ...attendanceBindings(deps),
    ...availabilityBindings(deps),
    ...calendarBindings({ db, place }),
    ...bookingRoutes(deps),
    ...paymentRoutes({
      ...deps,
      telling,
      oneAtATime: createOneAtATime(),
      events: { ...paymentEvents(deps), ...payoutEvents(deps) },
    }),
    ...bindPayouts(deps),
    ...documentRoutes(deps),
    ...notificationRoutes(deps),
    ...jobRoutes(deps),
    ...bindTurn(config),
    ...bindReadiness(deps),
    ...adminRoutes({ db, pool, view }),
  ]
  const room = createRoomMessages(deps)
  const watched = observeRooms(room.handlers, pool, (seen) => observed.tell(seen))
  const handlers: MessageHandlers = {
    ...createAuthMessages(db),
    ...watched,
    ...createProbes({ pool, limits }),
    ...view.handlers,
  }
  const sockets = new Sockets({
    ...deps,
    handlers,
    guards: room.guards,
    onCame: (userId) => presence.came(userId),
    onWent: (userId) => presence.went(userId),
  })
  const sweep = startSweep(
    [() => sweepHolds(deps), () => sweepMinimum(deps), () => endAbandoned(deps), () => forgetOldKeys(db)],
    {
      everyMs: sweepMs,
      onError: (err) => log.warn({ err }, 'a sweep failed'),
    },
  )
  // Everybody's mails can be read there: an address that the world may reach has none.
  const trial = config.NODE_ENV !== 'production' && !config.PUBLIC_URL.startsWith('https:')
  jobs.work([
    attendanceJobs(deps),
    documentJobs(deps),
    followerJobs(deps),
    passwordJobs({ db, mail }),
    mailJobs({ db, transport, keepWords: trial, publicUrl: config.PUBLIC_URL }),
    pushJobs({ db, push }),
    reminderJobs({ db, notify }),
    paymentJobs(deps),
    payoutJobs(deps),
    peopleJobs(deps),
    cancelJobs(deps),
    retentionJobs({ db }),
  ])
  const gate: Gate = {
    identify: createIdentify(db, tokens),
    limit: limits.request,
    now,
    once: createOnce(db),
  }
  const others = [
    healthRoutes({ db, log, media: () => pool.ready(), stopping: () => stopping }),
    docsRoutes(),
    ...(trial ? [trialDesk({ db, config, now })] : []),
    ...(config.RAZORPAY_API_URL ? [Router().use('/sandbox', sandboxProxy(config.RAZORPAY_API_URL))] : []),
    ...(config.CLIENT_DIR ? [staticClient(config.CLIENT_DIR, log, { trial })] : []),
  ]
  return {
    http: createHttpApp({ config, log, gate, bindings, others }),
    sockets,
    bindings,
    handlers,
    metrics,
    jobs,
    notify,
    sweep: () => sweep.run(),
    stopping: () => (stopping = true),
    close: async () => {
      stopping = true
      await sockets.close()
      presence.close()
      view.close()
      observed.close()
      await telling.close()
      await Promise.all([rooms.close(), sweep.close(), jobs.close()])
      transport?.close()
      await learners.close()
      pool.close()
      limits.close()
    },
  }
}
