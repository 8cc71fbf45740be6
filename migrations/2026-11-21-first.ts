import { sql, type Kysely } from 'kysely'

/** People and logins, sessions, bookings, payments, feedback, notifications, and the events of rooms. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'create extension if not exists pg_trgm',

  `create table account (
    id uuid primary key,
    email text not null check (email = lower(email) and length(email) <= 254),
    password_hash text not null,
    name text not null check (length(name) between 1 and 80),
    role text not null check (role in ('learner', 'mentor', 'admin')),
    bio text not null default '',
    skills text[] not null default '{}',
    -- Of the feedback on a mentor's sessions, kept by a trigger: a list of sessions shows it in every row.
    rating_sum integer not null default 0,
    rating_count integer not null default 0,
    created_at timestamptz not null default now()
  )`,
  'create unique index account_email on account (email)',
  "create index account_mentor on account (name, id) where role = 'mentor'",

  // A login is a family of refresh tokens: one alive, its direct predecessor for a few seconds of grace.
  `create table login (
    id uuid primary key,
    account_id uuid not null references account on delete cascade,
    token_hash bytea not null,
    previous_hash bytea,
    rotated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    ended_at timestamptz
  )`,
  'create unique index login_token on login (token_hash)',
  'create index login_previous on login (previous_hash) where previous_hash is not null',
  'create index login_account on login (account_id)',

  `create table socket_ticket (
    hash bytea primary key,
    login_id uuid not null references login on delete cascade,
    expires_at timestamptz not null
  )`,

  `create table session (
    id uuid primary key,
    mentor_id uuid not null references account,
    title text not null check (length(title) between 3 and 120),
    description text not null,
    starts_at timestamptz not null,
    duration_minutes integer not null check (duration_minutes between 5 and 480),
    capacity integer not null check (capacity between 1 and 300),
    price_paise integer not null check (price_paise >= 0),
    skills text[] not null default '{}',
    status text not null default 'scheduled' check (status in ('scheduled', 'live', 'ended', 'cancelled')),
    started_at timestamptz,
    ended_at timestamptz,
    -- The number of the room's last event: taking the next one locks the row, so events have no gaps.
    room_seq integer not null default 0,
    created_at timestamptz not null default now(),
    unique (id, capacity),
    check ((status = 'live') = (started_at is not null and ended_at is null))
  )`,
  "create index session_catalogue on session (starts_at, id) where status in ('scheduled', 'live')",
  "create index session_live on session (starts_at) where status = 'live'",
  'create index session_mentor on session (mentor_id, starts_at)',
  // Skills are asked for in any case; a function of its own, for an index takes nothing that could answer otherwise later.
  `create function lower_all(texts text[]) returns text[] language sql immutable strict parallel safe as $$
    select coalesce(array_agg(lower(one)), '{}') from unnest(texts) as one $$`,
  "create index session_skills on session using gin (lower_all(skills)) where status in ('scheduled', 'live')",
  'create statistics session_skills_share on (lower_all(skills)) from session',
  `create index session_words on session using gin ((title || ' ' || description) gin_trgm_ops)
    where status in ('scheduled', 'live')`,
  // How common a word is decides between that index and walking the calendar; a partial index's own statistics don't count.
  "create statistics session_words_share on (title || ' ' || description) from session",
  'create index account_name_words on account using gin (name gin_trgm_ops)',

  // Overselling is impossible: a live booking has a seat number within the capacity, and a seat is taken once.
  // The capacity comes from the session itself (a foreign key that follows its changes).
  `create table booking (
    id uuid primary key,
    session_id uuid not null,
    session_capacity integer not null,
    learner_id uuid not null references account,
    seat integer constraint booking_seat_in_capacity check (seat between 1 and session_capacity),
    status text not null check (status in ('held', 'confirmed', 'expired', 'cancelled')),
    price_paise integer not null check (price_paise >= 0),
    held_until timestamptz,
    created_at timestamptz not null default now(),
    foreign key (session_id, session_capacity) references session (id, capacity) on update cascade,
    check ((status in ('held', 'confirmed')) = (seat is not null)),
    check ((status = 'held') = (held_until is not null))
  )`,
  'create unique index booking_seat on booking (session_id, seat) include (held_until) where seat is not null',
  'create unique index booking_learner on booking (session_id, learner_id) where seat is not null',
  'create index booking_of_learner on booking (learner_id, created_at)',
  "create index booking_hold on booking (held_until) where status = 'held'",

  `create table payment (
    id uuid primary key,
    booking_id uuid not null references booking,
    account_id uuid not null references account,
    order_id text not null unique,
    payment_id text unique,
    amount_paise integer not null check (amount_paise > 0),
    status text not null check (status in ('created', 'authorized', 'captured', 'failed', 'refunded')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  'create unique index payment_booking on payment (booking_id)',
  'create index payment_account on payment (account_id, created_at)',

  `create table webhook_event (
    id text primary key,
    kind text not null,
    received_at timestamptz not null default now()
  )`,

  `create table feedback (
    id uuid primary key,
    session_id uuid not null references session,
    account_id uuid not null references account,
    rating integer not null check (rating between 1 and 5),
    comment text not null default '',
    created_at timestamptz not null default now(),
    unique (session_id, account_id)
  )`,
  `create function feedback_is_counted() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'INSERT' then
        update account set rating_sum = rating_sum - old.rating, rating_count = rating_count - 1
          where id = (select mentor_id from session where id = old.session_id);
      end if;
      if tg_op <> 'DELETE' then
        update account set rating_sum = rating_sum + new.rating, rating_count = rating_count + 1
          where id = (select mentor_id from session where id = new.session_id);
      end if;
      return null;
    end $$`,
  `create trigger feedback_counted after insert or update or delete on feedback
    for each row execute function feedback_is_counted()`,

  `create table notification (
    id uuid primary key,
    account_id uuid not null references account on delete cascade,
    title text not null,
    message text not null,
    link text,
    read_at timestamptz,
    created_at timestamptz not null default now()
  )`,
  'create index notification_account on notification (account_id, created_at desc)',

  // The room's truth: append-only, numbered without gaps per session.
  `create table room_event (
    session_id uuid not null references session,
    seq integer not null check (seq >= 1),
    at timestamptz not null default now(),
    actor_id uuid references account,
    kind text not null,
    data jsonb not null,
    primary key (session_id, seq)
  )`,
  // Saying the same thing twice is a retry.
  `create unique index room_event_chat on room_event (session_id, actor_id, (data ->> 'clientId'))
    where kind = 'chat.message'`,
  `create function room_event_is_kept() returns trigger language plpgsql as $$
    begin raise exception 'room_event is append-only'; end $$`,
  `create trigger room_event_append_only before update or delete or truncate on room_event
    for each statement execute function room_event_is_kept()`,
]
