import { sql, type Kysely } from 'kysely'

/** Purchases of several seats, packs, coupons, waitlists, series, availability, calendars; what attendance was. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // A series makes its sessions ahead; each then is a session like any other.
  `create table series (
    id uuid primary key,
    mentor_id uuid not null references account,
    rule jsonb not null,
    time_zone text not null check (length(time_zone) between 1 and 64),
    created_at timestamptz not null default now(),
    ended_at timestamptz
  )`,
  'create index series_mentor on series (mentor_id)',

  // Booking closes so many minutes before the start (0: as long as the class runs). Fewer learners than the minimum when
  // it closes: cancelled. Refund: all of it until full hours before the start, half until half hours, then nothing.
  `alter table session
    add column series_id uuid references series,
    add column booking_closes_minutes integer not null default 0 check (booking_closes_minutes between 0 and 20160),
    add column min_learners integer not null default 0 check (min_learners between 0 and 300),
    add column refund_full_hours integer not null default 24 check (refund_full_hours between 0 and 720),
    add column refund_half_hours integer not null default 2 check (refund_half_hours between 0 and 720),
    add column cancelled_because text,
    -- The minimum is looked at once, when booking closes. Who booked before the time was moved may leave without loss.
    add column minimum_checked_at timestamptz,
    add column moved_at timestamptz,
    add constraint session_refund_order check (refund_half_hours <= refund_full_hours),
    add constraint session_minimum check (min_learners <= capacity)`,
  'create index session_series on session (series_id, starts_at) where series_id is not null',
  `create index session_minimum_open on session (starts_at)
    where status = 'scheduled' and min_learners > 0 and minimum_checked_at is null`,

  `create table coupon (
    id uuid primary key,
    mentor_id uuid not null references account,
    code text not null check (code = upper(code) and length(code) between 3 and 32),
    percent integer check (percent between 1 and 100),
    amount_paise integer check (amount_paise > 0),
    session_id uuid references session,
    max_uses integer check (max_uses > 0),
    uses integer not null default 0,
    valid_until timestamptz,
    ended_at timestamptz,
    created_at timestamptz not null default now(),
    unique (mentor_id, code),
    check ((percent is null) <> (amount_paise is null)),
    constraint coupon_uses check (uses >= 0 and (max_uses is null or uses <= max_uses))
  )`,

  // n sessions of one mentor, to be used within some days.
  `create table pack_offer (
    id uuid primary key,
    mentor_id uuid not null references account,
    title text not null check (length(title) between 3 and 120),
    credits integer not null check (credits between 2 and 100),
    price_paise integer not null check (price_paise >= 100),
    valid_days integer not null check (valid_days between 7 and 730),
    ended_at timestamptz,
    created_at timestamptz not null default now()
  )`,
  'create index pack_offer_mentor on pack_offer (mentor_id)',

  // What is bought at once: seats of one session, or a pack. Paid by one order.
  `create table purchase (
    id uuid primary key,
    buyer_id uuid not null references account,
    mentor_id uuid not null references account,
    session_id uuid references session,
    pack_offer_id uuid references pack_offer,
    quantity integer not null check (quantity between 1 and 20),
    list_paise integer not null check (list_paise >= 0),
    discount_paise integer not null default 0,
    amount_paise integer not null,
    coupon_id uuid references coupon,
    status text not null check (status in ('open', 'paid', 'expired', 'cancelled')),
    held_until timestamptz,
    paid_at timestamptz,
    created_at timestamptz not null default now(),
    check ((session_id is null) <> (pack_offer_id is null)),
    check (discount_paise between 0 and list_paise and amount_paise = list_paise - discount_paise),
    check ((status = 'open') = (held_until is not null))
  )`,
  'create index purchase_buyer on purchase (buyer_id, created_at)',
  'create index purchase_session on purchase (session_id) where session_id is not null',
  'create index purchase_pack_offer on purchase (pack_offer_id) where pack_offer_id is not null',
  "create index purchase_hold on purchase (held_until) where status = 'open'",

  `create table pack (
    id uuid primary key,
    purchase_id uuid not null unique references purchase,
    learner_id uuid not null references account,
    mentor_id uuid not null references account,
    credits integer not null check (credits > 0),
    used integer not null default 0,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    constraint pack_credits check (used between 0 and credits)
  )`,
  'create index pack_learner on pack (learner_id, mentor_id)',

  // A seat of a guest has no learner until somebody takes the invitation. paid_paise is this seat's part of the purchase.
  `alter table booking
    alter column learner_id drop not null,
    add column buyer_id uuid references account,
    add column purchase_id uuid references purchase,
    add column pack_id uuid references pack,
    add column paid_paise integer not null default 0 check (paid_paise >= 0),
    add column guest_email text check (guest_email = lower(guest_email) and length(guest_email) <= 254),
    add column guest_hash bytea unique,
    add column moved_from uuid references booking,
    add column ended_because text check (ended_because in
      ('unpaid', 'cancelled', 'moved', 'session-cancelled', 'too-few', 'suspended', 'offer-over', 'removed')),
    add column ended_at timestamptz,
    add constraint booking_person check (learner_id is not null or buyer_id is not null)`,
  // Every paid booking so far was one seat: its purchase has its id.
  `insert into purchase (id, buyer_id, mentor_id, session_id, quantity, list_paise, amount_paise, status, held_until, paid_at, created_at)
    select booking.id, booking.learner_id, session.mentor_id, session.id, 1, booking.price_paise, booking.price_paise,
      case booking.status when 'held' then 'open' when 'confirmed' then 'paid' else booking.status end,
      booking.held_until, case booking.status when 'confirmed' then booking.created_at end, booking.created_at
    from booking join session on session.id = booking.session_id where booking.price_paise > 0`,
  `update booking set buyer_id = learner_id,
    purchase_id = case when price_paise > 0 then id end,
    paid_paise = case when status = 'confirmed' then price_paise else 0 end`,
  'alter table booking alter column buyer_id set not null',
  'create index booking_purchase on booking (purchase_id) where purchase_id is not null',
  'create index booking_pack on booking (pack_id) where pack_id is not null',
  'create index booking_buyer on booking (buyer_id, created_at)',
  // Guests who were not written to yet.
  `create index booking_uninvited on booking (id) where status = 'confirmed'
    and guest_email is not null and guest_hash is null and learner_id is null`,

  // In order of asking. An offer is a held seat (booking_id) for half an hour; unanswered, the next is asked.
  `create table waitlist_entry (
    id uuid primary key,
    session_id uuid not null references session,
    learner_id uuid not null references account,
    status text not null default 'waiting' check (status in ('waiting', 'offered', 'taken', 'lapsed', 'left')),
    booking_id uuid references booking,
    offered_until timestamptz,
    created_at timestamptz not null default now(),
    check ((status = 'offered') = (offered_until is not null))
  )`,
  `create unique index waitlist_once on waitlist_entry (session_id, learner_id)
    where status in ('waiting', 'offered')`,
  "create index waitlist_next on waitlist_entry (session_id, created_at, id) where status = 'waiting'",
  'create index waitlist_learner on waitlist_entry (learner_id)',
  'create index waitlist_booking on waitlist_entry (booking_id) where booking_id is not null',

  // Weekly hours in the mentor's own time zone (account.time_zone), and days that differ from them.
  `create table availability_hours (
    mentor_id uuid not null references account on delete cascade,
    weekday integer not null check (weekday between 1 and 7),
    from_minute integer not null check (from_minute between 0 and 1439),
    to_minute integer not null check (to_minute between 1 and 1440),
    primary key (mentor_id, weekday, from_minute),
    check (from_minute < to_minute)
  )`,
  `create table availability_exception (
    mentor_id uuid not null references account on delete cascade,
    day date not null,
    ranges jsonb not null,
    primary key (mentor_id, day)
  )`,
  // The secret address of a person's calendar.
  `create table calendar_feed (
    account_id uuid primary key references account on delete cascade,
    hash bytea not null unique,
    created_at timestamptz not null default now()
  )`,

  // Where an answer to a repeated request is found again.
  `create table idempotency_key (
    account_id uuid not null references account on delete cascade,
    key text not null check (length(key) between 8 and 100),
    route text not null,
    request_hash bytea not null,
    status integer,
    answer jsonb,
    created_at timestamptz not null default now(),
    primary key (account_id, key)
  )`,
  'create index idempotency_key_age on idempotency_key (created_at)',

  // What was attended, made of room_event once the session has ended; corrections are new rows of a higher revision.
  `create table attendance (
    session_id uuid not null references session,
    account_id uuid not null references account,
    revision integer not null check (revision >= 1),
    as_mentor boolean not null,
    intervals jsonb not null,
    seconds integer not null check (seconds >= 0),
    -- Of these, without media through our fault.
    lost_seconds integer not null default 0 check (lost_seconds >= 0),
    created_at timestamptz not null default now(),
    primary key (session_id, account_id, revision)
  )`,
  `create table session_verdict (
    session_id uuid not null references session,
    revision integer not null check (revision >= 1),
    outcome text not null check (outcome in ('held', 'ended-early', 'mentor-absent', 'failed')),
    planned_seconds integer not null,
    mentor_seconds integer not null,
    failed_seconds integer not null,
    -- Of what was paid, this share goes back to learners, in hundredths of a percent.
    refund_basis_points integer not null check (refund_basis_points between 0 and 10000),
    -- Of a correction.
    reason text,
    decided_by uuid references account,
    created_at timestamptz not null default now(),
    primary key (session_id, revision)
  )`,
  // What ended before attendance was kept counts as held: nobody can say otherwise now.
  `insert into session_verdict (session_id, revision, outcome, planned_seconds, mentor_seconds, failed_seconds, refund_basis_points)
    select id, 1, 'held', duration_minutes * 60, duration_minutes * 60, 0, 0 from session where status = 'ended'`,
  "create index session_ended on session (ended_at) where status = 'ended'",
  `create function ledger_is_kept() returns trigger language plpgsql as $$
    begin raise exception '% is append-only', tg_table_name; end $$`,
  `create trigger attendance_append_only before update or delete or truncate on attendance
    for each statement execute function ledger_is_kept()`,
  `create trigger session_verdict_append_only before update or delete or truncate on session_verdict
    for each statement execute function ledger_is_kept()`,
]
