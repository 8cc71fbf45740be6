/** Every background job: what it is given, how often it is tried, and when it comes by itself. A feature adds its lines. */
import { count, id, nothing } from '@peerlearn/contract/base'
import { z } from 'zod'
import { news } from '../notifications/note.ts'

interface JobKind<S extends z.ZodType = z.ZodType> {
  /** What it does, in a sentence for an admin. */
  about: string
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
const job = <S extends z.ZodType>(
  about: string,
  data: S,
  wish: Partial<Omit<JobKind<S>, 'about' | 'data'>> = {},
): JobKind<S> => ({
  about,
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
  'attendance.close': job(
    'Finds out who was in a class that has ended, and what follows for their money.',
    z.strictObject({ sessionId: id }),
    { retries: 12 },
  ),
  // Those whose job was lost, and sessions that their mentor never opened.
  'attendance.sweep': job(
    'Closes classes whose end was missed, and those that their mentor never opened.',
    nothing,
    { cron: '*/5 * * * *', retries: 0 },
  ),
  'follow.tell': job('Tells followers of new sessions of their mentor.', nothing, { cron: '* * * * *' }),
  'mail.forget': job('Clears away mails that were sent long ago.', nothing, { cron: '17 3 * * *' }),
  'rows.forget': job('Clears away old records that are of no use any more.', nothing, { cron: '37 3 * * *' }),
  // A mail server that is away for a day, or puts unknown senders off for an hour, is normal.
  'mail.send': job('Sends one mail.', z.strictObject({ mailId: id }), {
    retries: 24,
    retryAfter: 20,
    retryAfterMost: 7_200,
    atOnce: 4,
  }),
  /** Of somebody who may not teach any more: what they planned is cancelled, what they teach ends. */
  'people.stop-teaching': job(
    'Cancels the classes of somebody who may not teach any more.',
    z.strictObject({ accountId: id }),
    { retries: 12 },
  ),
  'reminders.send': job('Reminds people of classes that begin soon.', nothing, { cron: '* * * * *' }),
  /** What a change brought with it and its server, being gone, did not tell. */
  'note.tell': job(
    'Tells people what a server could not tell them at once.',
    z.strictObject({ news: z.array(news) }),
    { retries: 12, atOnce: 2 },
  ),
  'push.send': job(
    'Sends one push message to one device.',
    z.strictObject({ notificationId: id, subscriptionId: id }),
    { atOnce: 4 },
  ),
  /** null: nobody has the address that was given; the same work is asked for, so that the time tells nothing. */
  'auth.reset-link': job(
    'Makes the link for somebody who forgot their password.',
    z.strictObject({ accountId: id.nullable() }),
  ),
  // Beyond these tries the reconciler asks for it again, for days.
  'refund.send': job('Sends one refund to the payment gateway.', z.strictObject({ refundId: id }), {
    retries: 7,
    retryAfter: 2,
    atOnce: 4,
  }),
  // One at a time: numbers of a series are given one after another.
  'document.issue': job('Writes the receipt for a payment.', z.strictObject({ paymentId: id })),
  'document.credit': job('Writes the credit note for a refund.', z.strictObject({ refundId: id })),
  'payment.capture': job(
    'Takes the money of a payment that was only authorised.',
    z.strictObject({ paymentId: id }),
    { retries: 4, retryAfter: 15 },
  ),
  // What is still not known after these tries is asked for again every ten minutes.
  'payout.send': job('Sends one payout to a mentor.', z.strictObject({ payoutId: id }), {
    retries: 6,
    retryAfter: 6,
    atOnce: 2,
  }),
  /** A failed one begins anew by itself, if it is still at this start. */
  'payout.retry': job('Begins a failed payout anew.', z.strictObject({ payoutId: id, start: count })),
  'payouts.sweep': job('Looks for payouts that are due or not known to have arrived.', nothing, {
    cron: '*/10 * * * *',
    retries: 0,
  }),
  'payouts.expired-packs': job(
    'Pays mentors for packs that have expired, and gives back those of mentors who left.',
    nothing,
    {
      cron: '40 2 * * *',
    },
  ),
  'payouts.left-over': job(
    'Gives back what was kept of late cancellations when the class did not take place.',
    nothing,
    {
      cron: '50 2 * * *',
    },
  ),
  'payments.reconcile': job('Asks the payment gateway about payments whose news never came.', nothing, {
    cron: '*/5 * * * *',
    retries: 0,
  }),
  // When India's day is over: reads Razorpay's lists, then compares every paisa.
  'ledger.reconcile': job('Compares every paisa with the payment gateway’s own lists, once a day.', nothing, {
    cron: '10 20 * * *',
  }),
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
