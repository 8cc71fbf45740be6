/** Every background job: what it is given, how often it is tried, and when it comes by itself. A feature adds its lines. */
import { count, id, nothing } from '@peerlearn/contract/base'
import { z } from 'zod'
import { news } from '../notifications/note.ts'

interface JobKind<S extends z.ZodType = z.ZodType> {
  data: S
  /** Tries after the first one. */
  retries: number
  /** Seconds before the second try; each further one waits about twice as long. */
  retryAfter: number
  /** The longest wait between two tries, in seconds. */
  retryAfterMost: number
  /** How many of them one server runs at once. */
  atOnce: number
  /** Minute, hour, day, month, weekday (UTC): it comes by itself, once for all servers, and is given nothing. */
  cron?: string
}

/** Six tries in about five minutes, unless it says otherwise. */
const job = <S extends z.ZodType>(data: S, wish: Partial<Omit<JobKind<S>, 'data'>> = {}): JobKind<S> => ({
  data,
  retries: 5,
  retryAfter: 5,
  retryAfterMost: 3_600,
  atOnce: 1,
  ...wish,
})

/** Names are `feature.what`: letters, digits, dots and dashes. */
export const jobTable = {
  /** Of a session that has ended: who was there, and what follows. */
  'attendance.close': job(z.strictObject({ sessionId: id }), { retries: 12 }),
  // Those whose job was lost, and sessions that their mentor never opened.
  'attendance.sweep': job(nothing, { cron: '*/5 * * * *', retries: 0 }),
  'follow.tell': job(nothing, { cron: '* * * * *' }),
  'mail.forget': job(nothing, { cron: '17 3 * * *' }),
  'rows.forget': job(nothing, { cron: '37 3 * * *' }),
  // A mail server that is away for a day, or puts unknown senders off for an hour, is normal.
  'mail.send': job(z.strictObject({ mailId: id }), {
    retries: 24,
    retryAfter: 20,
    retryAfterMost: 7_200,
    atOnce: 4,
  }),
  /** Of somebody who may not teach any more: what they planned is cancelled, what they teach ends. */
  'people.stop-teaching': job(z.strictObject({ accountId: id }), { retries: 12 }),
  'reminders.send': job(nothing, { cron: '* * * * *' }),
  /** What a change brought with it and its server, being gone, did not tell. */
  'note.tell': job(z.strictObject({ news: z.array(news) }), { retries: 12, atOnce: 2 }),
  'push.send': job(z.strictObject({ notificationId: id, subscriptionId: id }), { atOnce: 4 }),
  /** null: nobody has the address that was given; the same work is asked for, so that the time tells nothing. */
  'auth.reset-link': job(z.strictObject({ accountId: id.nullable() })),
  // Beyond these tries the reconciler asks for it again, for days.
  'refund.send': job(z.strictObject({ refundId: id }), { retries: 7, retryAfter: 2, atOnce: 4 }),
  // One at a time: numbers of a series are given one after another.
  'document.issue': job(z.strictObject({ paymentId: id })),
  'document.credit': job(z.strictObject({ refundId: id })),
  'payment.capture': job(z.strictObject({ paymentId: id }), { retries: 4, retryAfter: 15 }),
  // What is still not known after these tries is asked for again every ten minutes.
  'payout.send': job(z.strictObject({ payoutId: id }), { retries: 6, retryAfter: 6, atOnce: 2 }),
  /** A failed one begins anew by itself, if it is still at this start. */
  'payout.retry': job(z.strictObject({ payoutId: id, start: count })),
  'payouts.sweep': job(nothing, { cron: '*/10 * * * *', retries: 0 }),
  'payouts.expired-packs': job(nothing, { cron: '40 2 * * *' }),
  'payouts.left-over': job(nothing, { cron: '50 2 * * *' }),
  'payments.reconcile': job(nothing, { cron: '*/5 * * * *', retries: 0 }),
  // When India's day is over: reads Razorpay's lists, then compares every paisa.
  'ledger.reconcile': job(nothing, { cron: '10 20 * * *' }),
}

export type JobName = keyof typeof jobTable
export type JobData<N extends JobName> = z.output<(typeof jobTable)[N]['data']>

export const jobNames = Object.keys(jobTable) as JobName[] // the keys of the table just above

/** What a handler throws when trying again is no use: the job has failed for good. */
export class GiveUp extends Error {
  constructor(words: string) {
    super(words)
    this.name = 'GiveUp'
  }
}

/** A job that is running. */
export interface Attempt {
  /** Is it not tried again if this one fails? */
  last: boolean
  /** Aborted when the server stops, or when another server has taken the job over. */
  signal: AbortSignal
}

/**
 * What a feature does for its jobs. Each must be safe to run twice: a server that dies after the work and before the job
 * is ticked off leaves it to another one.
 */
export type JobHandlers = { [N in JobName]?: (data: JobData<N>, attempt: Attempt) => Promise<void> }
