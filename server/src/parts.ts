/** What features share, put together once: connections, ways to tell people, and how seats and money go together. */
import type { Logger } from 'pino'
import { createRefundsDue } from './attendance/refunds-due.ts'
import { createAccessTokens } from './auth/access-tokens.ts'
import { createPasses } from './auth/suspended-pass.ts'
import { createReleaseSeats, createReturnCredits } from './bookings/release.ts'
import { freshenSeats } from './bookings/waitlist-offers.ts'
import type { Bus } from './bus.ts'
import { createInvite, type Invite } from './calendar/invite.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import { createJobs, type Jobs } from './jobs/jobs.ts'
import { createMail, type Mail } from './mail/mail.ts'
import { createUnsubscribeLinks } from './mail/unsubscribe-links.ts'
import { createNotify, createWillTell, type Notify, type WillTell } from './notifications/notifications.ts'
import { pushFrom } from './notifications/push.ts'
import { connectRazorpay, createGateway } from './payments/gateway.ts'
import { createDecideRefund } from './payments/refunds.ts'
import { createPayoutsOnVerdict } from './payouts/due.ts'
import { createRouteGateway } from './payouts/route-gateway.ts'
import { lockSeatMoney } from './payouts/seat-money.ts'
import { createLimits } from './rate-limit.ts'
import { createExpel } from './rooms/expelling.ts'
import { Learners } from './rooms/learners.ts'
import { LiveRooms } from './rooms/live-rooms.ts'
import { SfuPool } from './sfu/sfu-pool.ts'
import type { Tell } from './sockets.ts'
import { Turns } from './turns.ts'
import { createTell } from './ws.ts'

export interface AppDeps {
  config: Config
  db: Db
  bus: Bus
  log: Logger
  now: () => Date
  /** Do jobs come by themselves at their times? Unless it says otherwise. */
  crons?: boolean
}

export function createParts({ config, db, bus, log, now, crons = true }: AppDeps) {
  const tell = createTell(bus)
  const jobs = createJobs({ databaseUrl: config.DATABASE_URL, log, crons })
  const unsubscribeLinks = createUnsubscribeLinks(config, config.PUBLIC_URL)
  const mail = createMail({ jobs, publicUrl: config.PUBLIC_URL, unsubscribeLinks })
  const push = pushFrom(config)
  const place = { publicUrl: config.PUBLIC_URL, from: config.MAIL_FROM }
  const invite = createInvite(place)
  const shared = { db, log, tell, jobs, mail, invite, pushing: push !== undefined }
  const notify = createNotify(shared)
  const willTell = createWillTell(shared)
  const pool = new SfuPool({
    urls: config.SFU_URLS,
    secret: config.SFU_SECRET,
    redisUrl: config.REDIS_URL,
    region: config.REGION,
    log,
  })
  const rooms = new LiveRooms({ db, bus, pool, log })
  return {
    ...shared,
    unsubscribeLinks,
    config,
    bus,
    now,
    push,
    notify,
    willTell,
    place,
    limits: createLimits(config.REDIS_URL),
    tokens: createAccessTokens(config, now),
    passes: createPasses(config, now),
    pool,
    rooms,
    expel: createExpel({ db, rooms }),
    learners: new Learners({ db, bus, pool, log }),
    turn: config,
    ...createTrade({ ...shared, config, notify, willTell }),
  }
}

export type TradeSettings = Pick<
  Config,
  | 'RAZORPAY_KEY_ID'
  | 'RAZORPAY_KEY_SECRET'
  | 'RAZORPAY_WEBHOOK_SECRET'
  | 'RAZORPAY_WEBHOOK_SECRET_PREVIOUS'
  | 'RAZORPAY_API_URL'
  | 'PLATFORM_FEE_BASIS_POINTS'
>

interface TradeDeps {
  config: TradeSettings
  db: Db
  log: Logger
  tell: Tell
  jobs: Jobs
  mail: Mail
  invite: Invite
  notify: Notify
  willTell: WillTell
}

/** Seats and the money for them: what one feature needs of the other. */
export function createTrade({ config, log, jobs, ...seating }: TradeDeps) {
  const key = { keyId: config.RAZORPAY_KEY_ID, keySecret: config.RAZORPAY_KEY_SECRET }
  const razorpay = connectRazorpay({ ...key, apiUrl: config.RAZORPAY_API_URL, log })
  const decideRefund = createDecideRefund(jobs)
  const platformFeeBasisPoints = config.PLATFORM_FEE_BASIS_POINTS
  return {
    ...key,
    gateway: createGateway(razorpay),
    route: createRouteGateway(razorpay),
    platformFeeBasisPoints,
    decideRefund,
    webhookSecrets: [config.RAZORPAY_WEBHOOK_SECRET, config.RAZORPAY_WEBHOOK_SECRET_PREVIOUS ?? []].flat(),
    sandbox: config.RAZORPAY_API_URL !== undefined,
    releaseSeats: createReleaseSeats({ decideRefund }),
    turns: new Turns(),
    offerSeats: (sessionId: string) => freshenSeats(seating, sessionId),
    lockMoney: lockSeatMoney,
    /** In this order. */
    onVerdict: [
      createRefundsDue({ decideRefund }),
      createReturnCredits({ decideRefund }),
      createPayoutsOnVerdict({ jobs, platformFeeBasisPoints }),
    ],
  }
}
