/** What the demo's people act with: the product's own features, before any server runs. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { paymentRoutes } from '@peerlearn/contract/payments'
import type { Role } from '@peerlearn/contract/base'
import { z } from 'zod'
import { attendanceJobs } from '../attendance/attendance.ts'
import { bookSeats } from '../bookings/bookings.ts'
import { inProcessBus } from '../bus.ts'
import { createInvite } from '../calendar/invite.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import { documentJobs } from '../documents/issue.ts'
import type { Who } from '../http.ts'
import type { Attempt, JobHandlers, JobName } from '../jobs/job-table.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { createLog } from '../log.ts'
import type { Mail } from '../mail/mail.ts'
import { createNotify, createWillTell, noteJobs } from '../notifications/notifications.ts'
import { createLimits } from '../rate-limit.ts'
import { createTrade, type TradeSettings } from '../parts.ts'
import { createOrder, verifyPayment } from '../payments/payments.ts'
import { payoutJobs } from '../payouts/jobs.ts'
import { createTell } from '../ws.ts'

export type DemoSettings = TradeSettings & Pick<Config, 'PUBLIC_URL' | 'MAIL_FROM'>

/** Nobody reads their mail: its addresses are nobody's. */
const mail: Mail = { send: () => Promise.resolve(), sendAll: () => Promise.resolve() }

export type Desk = ReturnType<typeof openDesk>

export function openDesk(db: Db, config: DemoSettings) {
  const log = createLog('silent')
  const bus = inProcessBus(() => undefined)
  const tell = createTell(bus)
  const errands = createErrands()
  const { jobs } = errands
  const invite = createInvite({ publicUrl: config.PUBLIC_URL, from: config.MAIL_FROM })
  const shared = { db, log, tell, jobs, mail, invite, pushing: false }
  const telling = { notify: createNotify(shared), willTell: createWillTell(shared) }
  const limits = createLimits(undefined)
  const deps = { ...shared, ...telling, bus, limits, ...createTrade({ ...shared, ...telling, config }) }
  return {
    ...deps,
    /** Does what was asked for in the background, as of this moment. */
    async doErrands(at: Date): Promise<void> {
      const now = () => at
      await errands.run({
        ...noteJobs(deps),
        ...attendanceJobs(deps),
        ...documentJobs({ db, now }),
        ...payoutJobs(deps),
      })
    },
    book: (sessionId: string, who: Who, wish: object = {}) =>
      bookSeats(deps, { sessionId, who, wish: bookingRoutes.book.body.parse(wish) }),
    /** An account at the sandbox to be paid to, as the dashboard makes one. @returns its id */
    async openAccount({ userId, name }: Who): Promise<string> {
      const { RAZORPAY_KEY_ID: id, RAZORPAY_KEY_SECRET: secret } = config
      const answer = await fetch(`${config.RAZORPAY_API_URL ?? ''}/v2/accounts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${id}:${secret}`)}` },
        body: JSON.stringify({
          type: 'route',
          email: `${userId}@peerlearn.example`,
          phone: '9000090000',
          legal_business_name: name,
          business_type: 'individual',
          contact_name: name,
        }),
      })
      return z.object({ id: z.string() }).parse(await answer.json()).id
    },
    /** Pays at the sandbox's checkout, as its page does. */
    async pay(purchaseId: string, who: Who): Promise<void> {
      const { orderId } = await createOrder(deps, { purchaseId, who })
      const answer = await fetch(`${config.RAZORPAY_API_URL ?? ''}/checkout/${orderId}/pay`, {
        method: 'POST',
      })
      await verifyPayment(deps, who, paymentRoutes.verify.body.parse(await answer.json()))
    },
  }
}

type Handle = (data: object, attempt: Attempt) => Promise<void>

/** Background jobs that are done by who asked for them, once they say so. */
function createErrands(): { jobs: Jobs; run: (handlers: JobHandlers) => Promise<void> } {
  const waiting: { name: JobName; data: object; id?: string | undefined }[] = []
  const jobs: Jobs = {
    send: (_, name, data, { id } = {}) => Promise.resolve(void waiting.push({ name, data, id })),
    sendAll: (_, name, all) => Promise.resolve(void waiting.push(...all.map((data) => ({ name, data })))),
    takeBack: (_, __, jobId) => {
      const at = waiting.findIndex(({ id }) => id === jobId)
      return Promise.resolve(void (at >= 0 && waiting.splice(at, 1)))
    },
    work: () => undefined,
    handled: new Set(),
    retry: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  }
  return {
    jobs,
    async run(handlers) {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const handle = handlers[next.name] as Handle | undefined // its data were given for this name
        if (!handle) throw new Error(`nobody in the demo does the job ${next.name}`)
        await handle(next.data, { last: true, signal: new AbortController().signal })
      }
    },
  }
}

export type Find = (name: string) => Who

/** Everybody in the database, as who acts: a proved address, a second factor where one is asked. */
export async function findEverybody(db: Db): Promise<Find> {
  const rows = await db.selectFrom('account').select(['id', 'name', 'roles']).execute()
  const byName = new Map(rows.map((row) => [row.name, row]))
  return (name) => {
    const found = byName.get(name)
    if (!found) throw new Error(`nobody in the demo is called ${name}`)
    const roles: readonly Role[] = found.roles
    return { userId: found.id, loginId: '', name, roles, verified: true, secondFactorAt: new Date() }
  }
}
