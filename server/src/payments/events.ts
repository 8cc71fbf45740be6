/** Razorpay's events by name: what each does in the transaction that first hears of it. A feature adds its lines. */
import { z } from 'zod'
import { announceSeats, type AnnounceDeps } from '../bookings/announce.ts'
import type { DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { TellNow } from '../notifications/notifications.ts'
import { applyDispute, tellDispute } from './disputes.ts'
import { disputeEntity, paymentEntity, refundEntity } from './entities.ts'
import { applyRefund } from './refund-facts.ts'
import { tellRefunds, type TellDeps } from './refund-news.ts'
import { settle } from './settle.ts'

export interface EventDeps extends TellDeps, AnnounceDeps {
  jobs: Jobs
}

/** Entities by kind, as they came: each parsed by who needs it. One that does not fit is left. */
export type EventPayload = Partial<Record<string, unknown>>
/** @returns tells people of it; for after the commit */
export type HearEvent = (trx: DbOrTrx, payload: EventPayload) => Promise<TellNow[]>
export type HearEvents = Record<string, HearEvent>

/** Razorpay adds fields as it likes; only what is used here is looked at. */
export const eventBody = z.object({
  event: z.string().max(100),
  payload: z.record(z.string().max(60), z.object({ entity: z.unknown() })),
})

/** Every event that changes something here; payouts add theirs in app.ts. */
export function paymentEvents(deps: EventDeps): HearEvents {
  const payment: HearEvent = async (trx, payload) => {
    const fact = paymentEntity.safeParse(payload['payment']).data
    if (!fact) return []
    const { changes } = await settle(trx, deps.jobs, fact)
    return changes.length > 0 ? [await announceSeats(deps, trx, changes)] : []
  }
  // A refund or a dispute may be told before the capture that it belongs to: that comes with it.
  const refund: HearEvent = async (trx, payload) => {
    const before = await payment(trx, payload)
    const fact = refundEntity.safeParse(payload['refund']).data
    const news = fact ? await applyRefund(trx, deps.jobs, fact) : []
    return [...before, ...(await tellRefunds(deps, trx, news))]
  }
  const dispute: HearEvent = async (trx, payload) => {
    const before = await payment(trx, payload)
    const fact = disputeEntity.safeParse(payload['dispute']).data
    const news = fact && (await applyDispute(trx, fact))
    return news ? [...before, await tellDispute(deps, trx, news)] : before
  }
  return {
    'payment.authorized': payment,
    'payment.captured': payment,
    'payment.failed': payment,
    'order.paid': payment,
    'refund.created': refund,
    'refund.processed': refund,
    'refund.failed': refund,
    'payment.dispute.created': dispute,
    'payment.dispute.under_review': dispute,
    'payment.dispute.won': dispute,
    'payment.dispute.lost': dispute,
    'payment.dispute.closed': dispute,
  }
}
