/** People: who they are, how they sign in, what they are told. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { At, MaybeAt } from './columns.ts'

export interface AccountTables {
  account: {
    id: string
    email: string
    /** null: signs in another way. */
    password_hash: string | null
    name: string
    /** Of the version before; `roles` counts. */
    role: Generated<'learner' | 'mentor' | 'admin'>
    roles: Generated<('learner' | 'mentor' | 'admin' | 'owner')[]>
    email_verified_at: MaybeAt
    suspended_at: MaybeAt
    suspended_because: string | null
    erased_at: MaybeAt
    /** Of the profile image; null: none. */
    image_version: string | null
    /** IANA name. */
    time_zone: Generated<string>
    bio: Generated<string>
    skills: Generated<string[]>
    /** Sum and number of the ratings on a mentor's sessions; a trigger keeps them. */
    rating_sum: Generated<number>
    rating_count: Generated<number>
    created_at: At
  }
  login: {
    id: string
    account_id: string
    token_hash: Buffer
    previous_hash: Buffer | null
    rotated_at: At
    created_at: At
    expires_at: ColumnType<Date, Date | string, Date | string>
    ended_at: MaybeAt
    device: Generated<string>
    address: Generated<string>
    seen_at: At
    second_factor_at: MaybeAt
    /** The last proof of any kind in this login: signing in was the first. */
    proved_at: At
  }
  mail_token: {
    hash: Buffer
    account_id: string
    purpose: 'verify-email' | 'reset-password' | 'change-email'
    email: string
    expires_at: ColumnType<Date, Date | string, Date | string>
    used_at: MaybeAt
  }
  totp: {
    account_id: string
    /** Encrypted under a key derived from AUTH_SECRET. */
    secret: Buffer
    confirmed_at: MaybeAt
    last_step: ColumnType<string, number, number>
    created_at: At
  }
  passkey: {
    id: string
    account_id: string
    public_key: Buffer
    counter: ColumnType<string, number, number>
    transports: Generated<string[]>
    name: string
    created_at: At
    used_at: MaybeAt
  }
  recovery_code: { account_id: string; hash: Buffer; used_at: MaybeAt }
  sign_in_step: {
    hash: Buffer
    kind: 'second-factor' | 'passkey' | 'new-passkey' | 'oidc'
    account_id: string | null
    data: JSONColumnType<Record<string, unknown>>
    expires_at: ColumnType<Date, Date | string, Date | string>
  }
  oidc_identity: { issuer: string; subject: string; account_id: string; email: string; created_at: At }
  mentor_application: {
    id: string
    account_id: string
    about: string
    status: Generated<'pending' | 'approved' | 'refused' | 'withdrawn'>
    decided_by: string | null
    decided_at: MaybeAt
    answer: Generated<string>
    created_at: At
  }
  owner_code: {
    one: Generated<boolean>
    hash: Buffer
    expires_at: ColumnType<Date, Date | string, Date | string>
  }
  socket_ticket: {
    hash: Buffer
    login_id: string
    expires_at: ColumnType<Date, Date | string, Date | string>
    socket_id: string | null
  }
  follow: { learner_id: string; mentor_id: string; created_at: At }
  profile_image: { account_id: string; webp: Buffer; created_at: At }
  notification: {
    id: string
    account_id: string
    kind: Generated<string>
    /** A person is told once of one key. */
    key: string | null
    /** In the list of the app; false: by mail or push only. */
    shown: Generated<boolean>
    title: string
    message: string
    link: string | null
    read_at: MaybeAt
    created_at: At
  }
  notification_choice: { account_id: string; kind: string; in_app: boolean; mail: boolean; push: boolean }
  push_subscription: {
    id: string
    account_id: string
    login_id: string | null
    endpoint: string
    p256dh: string
    auth: string
    created_at: At
  }
  mail: {
    id: string
    account_id: string | null
    recipient: string
    kind: string
    subject: string
    body_text: string | null
    body_html: string | null
    calendar: string | null
    status: Generated<'queued' | 'sent' | 'failed'>
    failure: string | null
    created_at: At
    sent_at: MaybeAt
  }
  audit_event: {
    /** bigint: a string as it comes from the driver. */
    seq: ColumnType<string, number, never>
    at: ColumnType<Date, Date | string, never>
    actor_id: string | null
    action: string
    subject: string
    data: JSONColumnType<Record<string, unknown>>
    previous: Buffer
    hash: Buffer
  }
}
