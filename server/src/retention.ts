/** What nobody needs any more goes, once a day; mails have a rule of their own (mail/queries.ts). */
import { checkDays } from '@peerlearn/contract/readiness'
import { sql } from 'kysely'
import type { Db } from './db.ts'
import type { JobHandlers } from './jobs/job-table.ts'

/** Each is safe to run twice. */
const rules = [
  // A key says that somebody was told: it outlives everything that could tell them of the same again.
  // Of what is told with a change itself, that change keeps it from being told again.
  sql`delete from notification where created_at < now() - case when key is null or key like 'once:%' then interval '180 days' else interval '1 year' end`,
  sql`delete from login where expires_at < now() - interval '30 days'`,
  // Of logins that are gone: they hear nothing.
  sql`delete from push_subscription where login_id is null`,
  sql`delete from sign_in_step where expires_at < now()`,
  sql`delete from mail_token where expires_at < now()`,
  sql`delete from socket_ticket where expires_at < now()`,
  // Razorpay repeats an event for a day; should an older one come, the payment's own state knows that it was heard.
  sql`delete from webhook_event where received_at < now() - interval '90 days'`,
  // It counts for no seat any more; with the sessions that it was made for it stays.
  sql`delete from latest_check where at <= now() - make_interval(days => ${checkDays})`,
  sql`delete from idempotency_key where created_at < now() - interval '7 days'`,
]

export async function forgetOldRows(db: Db): Promise<void> {
  for (const rule of rules) await rule.execute(db)
}

export const retentionJobs = ({ db }: { db: Db }): JobHandlers => ({
  'rows.forget': () => forgetOldRows(db),
})
