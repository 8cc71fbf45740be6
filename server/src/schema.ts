/** The tables as Kysely sees them; a test compares this file with the migrated database. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

type At = ColumnType<Date, Date | string | undefined, Date | string>
type MaybeAt = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

export interface Database {
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
  owner_code: { one: Generated<boolean>; hash: Buffer; expires_at: ColumnType<Date, Date | string, Date | string> }
  follow: { learner_id: string; mentor_id: string; created_at: At }
  profile_image: { account_id: string; webp: Buffer; created_at: At }
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
  series: {
    id: string
    mentor_id: string
    rule: JSONColumnType<Record<string, unknown>>
    time_zone: string
    created_at: At
    ended_at: MaybeAt
  }
  coupon: {
    id: string
    mentor_id: string
    code: string
    percent: number | null
    amount_paise: number | null
    session_id: string | null
    max_uses: number | null
    uses: Generated<number>
    valid_until: MaybeAt
    ended_at: MaybeAt
    created_at: At
  }
  pack_offer: {
    id: string
    mentor_id: string
    title: string
    credits: number
    price_paise: number
    valid_days: number
    ended_at: MaybeAt
    created_at: At
  }
  purchase: {
    id: string
    buyer_id: string
    mentor_id: string
    session_id: string | null
    pack_offer_id: string | null
    quantity: number
    list_paise: number
    discount_paise: Generated<number>
    amount_paise: number
    coupon_id: string | null
    status: 'open' | 'paid' | 'expired' | 'cancelled'
    held_until: MaybeAt
    paid_at: MaybeAt
    created_at: At
  }
  pack: {
    id: string
    purchase_id: string
    learner_id: string
    mentor_id: string
    credits: number
    used: Generated<number>
    expires_at: ColumnType<Date, Date | string, Date | string>
    created_at: At
  }
  waitlist_entry: {
    id: string
    session_id: string
    learner_id: string
    status: Generated<'waiting' | 'offered' | 'taken' | 'lapsed' | 'left'>
    booking_id: string | null
    offered_until: MaybeAt
    created_at: At
  }
  availability_hours: { mentor_id: string; weekday: number; from_minute: number; to_minute: number }
  availability_exception: {
    mentor_id: string
    /** A date without a time: select it as text. */
    day: ColumnType<Date, string, string>
    ranges: JSONColumnType<{ fromMinute: number; toMinute: number }[]>
  }
  calendar_feed: { account_id: string; hash: Buffer; created_at: At }
  idempotency_key: {
    account_id: string
    key: string
    route: string
    request_hash: Buffer
    status: number | null
    answer: JSONColumnType<Record<string, unknown>> | null
    created_at: At
  }
  attendance: {
    session_id: string
    account_id: string
    revision: number
    as_mentor: boolean
    intervals: JSONColumnType<{ from: string; to: string }[]>
    seconds: number
    lost_seconds: Generated<number>
    created_at: At
  }
  session_verdict: {
    session_id: string
    revision: number
    outcome: 'held' | 'ended-early' | 'mentor-absent' | 'failed'
    planned_seconds: number
    mentor_seconds: number
    failed_seconds: number
    refund_basis_points: number
    reason: string | null
    decided_by: string | null
    created_at: At
  }
  refund: {
    id: string
    payment_id: string
    booking_id: string | null
    amount_paise: number
    reason: string
    key: string
    status: Generated<'waiting' | 'sent' | 'done' | 'failed' | 'void'>
    gateway_id: string | null
    requested_by: string | null
    attempts: Generated<number>
    restarts: Generated<number>
    failure: string | null
    created_at: At
    updated_at: At
  }
  mentor_terms: {
    mentor_id: string
    /** null: what the platform asks of everybody. */
    fee_basis_points: number | null
    linked_account_id: string | null
    legal_name: Generated<string>
    address: Generated<string>
    /** Stands in the numbers of this mentor's documents. */
    document_code: number | null
    gstin: string | null
    updated_at: At
  }
  payout: {
    id: string
    mentor_id: string
    /** null: what was left of a pack when it expired. */
    session_id: string | null
    payment_id: string
    gross_paise: number
    fee_paise: number
    amount_paise: number
    /** Went back to the payer after all: of gross, and of the fee. */
    taken_back_paise: Generated<number>
    fee_back_paise: Generated<number>
    /** What the mentor owed from such: not transferred. */
    withheld_paise: Generated<number>
    /** What Razorpay fetched back from the mentor's account. */
    reversed_paise: Generated<number>
    status: Generated<'held' | 'due' | 'sent' | 'settled' | 'failed' | 'void'>
    transfer_id: string | null
    attempts: Generated<number>
    restarts: Generated<number>
    claimed_until: MaybeAt
    failure: string | null
    created_at: At
    updated_at: At
  }
  dispute: {
    id: string
    payment_id: string
    gateway_id: string
    amount_paise: number
    status: 'open' | 'under_review' | 'won' | 'lost' | 'closed'
    reason: Generated<string>
    respond_by: MaybeAt
    created_at: At
    updated_at: At
  }
  ledger_entry: {
    id: string
    key: string
    kind: string
    payment_id: string | null
    refund_id: string | null
    payout_id: string | null
    session_id: string | null
    at: At
  }
  ledger_line: { entry_id: string; account: string; amount_paise: ColumnType<string, number, never> }
  document_counter: { series: string; last: number }
  document: {
    id: string
    kind: 'receipt' | 'invoice' | 'credit-note'
    series: string
    seq: number
    number: string
    account_id: string
    payment_id: string
    refund_id: string | null
    data: JSONColumnType<Record<string, unknown>>
    issued_at: At
  }
  reconciliation: {
    id: string
    day: ColumnType<Date, string, never>
    unexplained_paise: ColumnType<string, number, never>
    report: JSONColumnType<Record<string, unknown>>
    created_at: At
  }
  socket_ticket: {
    hash: Buffer
    login_id: string
    expires_at: ColumnType<Date, Date | string, Date | string>
    socket_id: string | null
  }
  session: {
    id: string
    mentor_id: string
    title: string
    description: string
    starts_at: ColumnType<Date, Date | string, Date | string>
    duration_minutes: number
    capacity: number
    staged: Generated<boolean>
    price_paise: number
    skills: Generated<string[]>
    status: Generated<'scheduled' | 'live' | 'ended' | 'cancelled'>
    started_at: MaybeAt
    ended_at: MaybeAt
    room_seq: Generated<number>
    series_id: string | null
    booking_closes_minutes: Generated<number>
    min_learners: Generated<number>
    refund_full_hours: Generated<number>
    refund_half_hours: Generated<number>
    cancelled_because: string | null
    minimum_checked_at: MaybeAt
    moved_at: MaybeAt
    created_at: At
  }
  booking: {
    id: string
    session_id: string
    session_capacity: number
    /** Who sits there; null for a guest's seat that nobody took yet. */
    learner_id: string | null
    buyer_id: string
    purchase_id: string | null
    pack_id: string | null
    /** This seat's part of what was paid. */
    paid_paise: Generated<number>
    guest_email: string | null
    guest_hash: Buffer | null
    moved_from: string | null
    ended_because:
      | 'unpaid'
      | 'cancelled'
      | 'moved'
      | 'session-cancelled'
      | 'too-few'
      | 'suspended'
      | 'offer-over'
      | 'removed'
      | null
    ended_at: MaybeAt
    seat: number | null
    status: 'held' | 'confirmed' | 'expired' | 'cancelled'
    price_paise: number
    held_until: MaybeAt
    created_at: At
  }
  payment: {
    id: string
    /** Of the version before; `purchase_id` counts. */
    booking_id: string | null
    purchase_id: string
    account_id: string
    order_id: string
    /** A second payment on an order that was paid: it goes back. */
    surplus: Generated<boolean>
    captured_paise: Generated<number>
    refunded_paise: Generated<number>
    /** What Razorpay keeps of it, its tax included. */
    fee_paise: Generated<number>
    method: string | null
    checked_at: MaybeAt
    payment_id: string | null
    amount_paise: number
    status: 'created' | 'authorized' | 'captured' | 'failed' | 'refunded'
    created_at: At
    updated_at: At
  }
  webhook_event: { id: string; kind: string; received_at: At }
  feedback: {
    id: string
    session_id: string
    account_id: string
    rating: number
    comment: Generated<string>
    created_at: At
  }
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
  room_event: {
    session_id: string
    seq: number
    at: At
    actor_id: string | null
    kind: string
    data: JSONColumnType<Record<string, unknown>>
  }
  room_node: { session_id: string; node_id: string; created_at: At }
  receive_choice: {
    account_id: string
    mode: 'full' | 'saver' | 'slides' | 'voice'
    /** bigint: a string as it comes from the driver. */
    budget_bytes: ColumnType<string | null, number | null, number | null>
    beyond_in: string | null
  }
  data_use: {
    session_id: string
    account_id: string
    node_id: string
    peer_id: string
    earlier: ColumnType<string, number, number>
    bytes: ColumnType<string, number, number>
  }
  readiness: {
    session_id: string
    account_id: string
    at: At
    result: JSONColumnType<Record<string, unknown>>
  }
}
