/**
 * Which rows of which tables are about a person, what of them they get, and what becomes of them when the person asks to
 * be forgotten. A test fails when a table names an account and is not here.
 */
import { sql, type RawBuilder } from 'kysely'
import type { Database } from '../schema.ts'

export interface PersonalTable {
  /** Rows of `t` about the person with this id. */
  of: (id: string) => RawBuilder<boolean>
  /** Columns that stay with us: secrets, and hashes of them. */
  without?: readonly string[]
  /** delete: gone. keep: the law or another person's books need it; what it says of them in words, words.ts takes out. */
  erase: 'delete' | 'keep'
}

const by =
  (...columns: string[]) =>
  (id: string) =>
    sql<boolean>`(${sql.join(
      columns.map((column) => sql`${sql.ref(`t.${column}`)} = ${id}::uuid`),
      sql` or `,
    )})`

const account = by('account_id')

/** The account itself is erased at the end, by erase.ts. */
export const personalTables: Partial<Record<keyof Database, PersonalTable>> = {
  account: { of: by('id'), without: ['password_hash'], erase: 'keep' },
  login: { of: account, without: ['token_hash', 'previous_hash'], erase: 'delete' },
  mail_token: { of: account, without: ['hash'], erase: 'delete' },
  totp: { of: account, without: ['secret', 'last_step'], erase: 'delete' },
  passkey: { of: account, without: ['public_key'], erase: 'delete' },
  recovery_code: { of: account, without: ['hash'], erase: 'delete' },
  sign_in_step: { of: account, without: ['hash', 'data'], erase: 'delete' },
  oidc_identity: { of: account, erase: 'delete' },
  // Not those that an admin decided: they are their senders'.
  mentor_application: { of: account, erase: 'delete' },
  follow: { of: by('learner_id', 'mentor_id'), erase: 'delete' },
  // In the export it is a picture of its own.
  profile_image: { of: account, without: ['webp'], erase: 'delete' },
  notification: { of: account, erase: 'delete' },
  notification_choice: { of: account, erase: 'delete' },
  push_subscription: { of: account, without: ['p256dh', 'auth'], erase: 'delete' },
  // Its words hold links that let in whoever has them.
  mail: { of: account, without: ['body_text', 'body_html', 'calendar'], erase: 'delete' },
  audit_event: {
    of: (id) => sql<boolean>`(t.actor_id = ${id}::uuid or t.subject = ${`account:${id}`})`,
    without: ['previous', 'hash'],
    erase: 'keep',
  },
  receive_choice: { of: account, erase: 'delete' },
  data_use: { of: account, erase: 'delete' },
  readiness: { of: account, erase: 'delete' },
  latest_check: { of: account, erase: 'delete' },
  idempotency_key: { of: account, without: ['request_hash'], erase: 'delete' },
  calendar_feed: { of: account, without: ['hash'], erase: 'delete' },
  availability_hours: { of: by('mentor_id'), erase: 'delete' },
  availability_exception: { of: by('mentor_id'), erase: 'delete' },
  session: { of: by('mentor_id'), erase: 'keep' },
  series: { of: by('mentor_id'), erase: 'keep' },
  coupon: { of: by('mentor_id'), erase: 'keep' },
  pack_offer: { of: by('mentor_id'), erase: 'keep' },
  feedback: { of: account, erase: 'keep' },
  booking: { of: by('learner_id', 'buyer_id'), without: ['guest_hash'], erase: 'keep' },
  waitlist_entry: { of: by('learner_id'), erase: 'keep' },
  purchase: { of: by('buyer_id', 'mentor_id'), erase: 'keep' },
  pack: { of: by('learner_id', 'mentor_id'), erase: 'keep' },
  payment: { of: account, erase: 'keep' },
  refund: {
    of: (id) => sql<boolean>`(t.requested_by = ${id}::uuid
      or t.payment_id in (select payment.id from payment where payment.account_id = ${id}::uuid))`,
    erase: 'keep',
  },
  payout: { of: by('mentor_id'), erase: 'keep' },
  mentor_terms: { of: by('mentor_id'), erase: 'keep' },
  document: { of: account, erase: 'keep' },
  attendance: { of: account, erase: 'keep' },
  session_verdict: { of: by('decided_by'), erase: 'keep' },
  room_event: {
    // What they did, and what was done to them in classes of theirs: found by indexes, for there are many events.
    of: (id) => sql<boolean>`(t.session_id, t.seq) in (
      select session_id, seq from room_event where actor_id = ${id}::uuid
      union select about.session_id, about.seq from room_event as about
        where about.session_id in (select session_id from booking where learner_id = ${id}::uuid
            union select id from session where mentor_id = ${id}::uuid)
          and (about.data ->> 'userId' = ${id} or jsonb_exists(about.data -> 'userIds', ${id})))`,
    erase: 'keep',
  },
}
