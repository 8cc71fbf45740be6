/** Puts the server together, of the parts in parts.ts: the only two places that construct. A feature is one line. */
import { Router, type Express } from 'express'
import { LiveView } from './admin/live-view.ts'
import { createMetrics, type Metrics } from './admin/metrics.ts'
import { Observed } from './admin/observed.ts'
import { observeRooms } from './admin/observing.ts'
import { adminRoutes } from './admin/routes.ts'
import { attendanceJobs } from './attendance/attendance.ts'
import { attendanceBindings } from './attendance/routes.ts'
import { auditBindings } from './audit/routes.ts'
import { createIdentify, createIdentifyOwner } from './auth/identify.ts'
import { createAuthMessages } from './auth/messages.ts'
import { passwordJobs } from './auth/new-password.ts'
import { authRoutes } from './auth/routes.ts'
import { availabilityBindings } from './availability/routes.ts'
import { bookingRoutes } from './bookings/routes.ts'
import { sweepMinimum } from './bookings/minimum.ts'
import { sweepHolds } from './bookings/sweeps.ts'
import { calendarBindings } from './calendar/routes.ts'
import { documentJobs } from './documents/issue.ts'
import { documentRoutes } from './documents/routes.ts'
import { healthRoutes } from './health.ts'
import type { Binding, Gate } from './http.ts'
import { createHttpApp } from './http-app.ts'
import { createOnce, forgetOldKeys } from './idempotency.ts'
import { mentorRoutes } from './mentors/routes.ts'
import { followerJobs } from './mentors/telling.ts'
import type { Jobs } from './jobs/jobs.ts'
import { jobRoutes } from './jobs/routes.ts'
import { mailJobs } from './mail/mail.ts'
import { smtpTransport } from './mail/transport.ts'
import { trialDesk } from './mail/trial-desk.ts'
import { unsubscribeBindings } from './mail/unsubscribe.ts'
import { noteJobs, type Notify } from './notifications/notifications.ts'
import { pushJobs } from './notifications/push-jobs.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { docsRoutes } from './openapi.ts'
import { paymentEvents } from './payments/events.ts'
import { paymentJobs } from './payments/jobs.ts'
import { createOneAtATime } from './payments/one-at-a-time.ts'
import { createTelling } from './payments/telling.ts'
import { paymentRoutes } from './payments/routes.ts'
import { payoutEvents } from './payouts/events.ts'
import { payoutJobs } from './payouts/jobs.ts'
import { bindPayouts } from './payouts/routes.ts'
import { ownDataRoutes } from './own-data/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { peopleJobs } from './people/standing.ts'
import { sandboxProxy } from './payments/sandbox-proxy.ts'
import { createParts, type AppDeps } from './parts.ts'
import { Presence } from './presence.ts'
import { retentionJobs } from './retention.ts'
import { createProbes } from './readiness/probes.ts'
import { bindReadiness } from './readiness/routes.ts'
import { createRoomMessages } from './rooms/messages.ts'
import { reminderJobs } from './reminders/reminders.ts'
import { endAbandoned } from './sessions/abandoned.ts'
import { sessionRoutes } from './sessions/routes.ts'
import type { MessageHandlers } from './sockets.ts'
import { staticClient } from './static.ts'
import { startSweep } from './sweep.ts'
import { bindTurn } from './turn/routes.ts'
import { tellOnline } from './users/online.ts'
import { userRoutes } from './users/routes.ts'
import { Sockets } from './ws.ts'

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

export function createApp(given: AppDeps): App {
  const deps = createParts(given)
  const { config, db, bus, log, now, tell, jobs, mail, push, notify, limits, pool, place } = deps
  let stopping = false
  const transport = config.SMTP_URL ? smtpTransport(config.SMTP_URL, config.MAIL_FROM) : undefined
  const presence = new Presence({ bus, onChange: tellOnline({ db, tell, log }) })
  const observed = new Observed(bus, () => now().getTime())
  const view = new LiveView({ db, bus, pool, observed, tell, notify, log, now })
  const metrics = createMetrics({ measured: () => view.measured, alerts: () => view.alerts, observed })
  const telling = createTelling(log)

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
    ...unsubscribeBindings(deps),
    ...jobRoutes(deps),
    ...auditBindings(deps),
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
    noteJobs(deps),
    mailJobs({ ...deps, transport, keepWords: trial }),
    pushJobs({ db, push }),
    reminderJobs({ db, notify }),
    paymentJobs(deps),
    payoutJobs(deps),
    peopleJobs(deps),
    retentionJobs({ db }),
  ])
  const identify = createIdentify(db, deps.tokens)
  const gate: Gate = {
    identify,
    identifyOwner: createIdentifyOwner(db, deps.passes, identify),
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
      await Promise.all([deps.rooms.close(), sweep.close(), jobs.close()])
      transport?.close()
      await deps.learners.close()
      pool.close()
      limits.close()
    },
  }
}
