import { sql, type Kysely } from 'kysely'

/** Roles a person can have several of, proofs of who they are, their devices, choices and pictures; mail, jobs' traces, audit. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // `role` stays for servers of the version before, which read it while an upgrade runs; nothing writes it any more.
  `alter table account
    add column roles text[] not null default '{learner}',
    add column email_verified_at timestamptz,
    add column suspended_at timestamptz,
    add column suspended_because text,
    add column erased_at timestamptz,
    -- Of the profile image: another one has another address. null: none.
    add column image_version text,
    add column time_zone text not null default 'Asia/Kolkata' check (length(time_zone) between 1 and 64),
    alter column role set default 'learner',
    alter column password_hash drop not null`,
  `update account set email_verified_at = created_at,
    roles = case role when 'learner' then array['learner'] else array['learner', role] end`,
  `alter table account add constraint account_roles check (
    roles <@ array['learner', 'mentor', 'admin', 'owner'] and 'learner' = any (roles))`,
  'drop index account_mentor',
  "create index account_mentor on account (name, id) where 'mentor' = any (roles)",

  // The device of a login, when it last proved a second factor, and when it last proved its person in any way.
  `alter table login
    add column device text not null default '',
    add column address text not null default '',
    add column seen_at timestamptz not null default now(),
    add column second_factor_at timestamptz,
    add column proved_at timestamptz not null default now()`,

  // Links in mails: to prove an address, to set a new password, to take a new address. Single use.
  `create table mail_token (
    hash bytea primary key,
    account_id uuid not null references account on delete cascade,
    purpose text not null check (purpose in ('verify-email', 'reset-password', 'change-email')),
    email text not null,
    expires_at timestamptz not null,
    used_at timestamptz
  )`,
  'create index mail_token_account on mail_token (account_id)',

  // The secret is encrypted under a key derived from AUTH_SECRET. A time step counts once.
  `create table totp (
    account_id uuid primary key references account on delete cascade,
    secret bytea not null,
    confirmed_at timestamptz,
    last_step bigint not null,
    created_at timestamptz not null default now()
  )`,
  `create table passkey (
    id text primary key,
    account_id uuid not null references account on delete cascade,
    public_key bytea not null,
    counter bigint not null check (counter >= 0),
    transports text[] not null default '{}',
    name text not null check (length(name) between 1 and 80),
    created_at timestamptz not null default now(),
    used_at timestamptz
  )`,
  'create index passkey_account on passkey (account_id)',
  `create table recovery_code (
    account_id uuid not null references account on delete cascade,
    hash bytea not null,
    used_at timestamptz,
    primary key (account_id, hash)
  )`,
  // A sign-in or a proof that is under way: a password was right and a second factor is asked, a passkey's challenge,
  // a visit to another provider. Single use.
  `create table sign_in_step (
    hash bytea primary key,
    kind text not null check (kind in ('second-factor', 'passkey', 'new-passkey', 'oidc')),
    account_id uuid references account on delete cascade,
    data jsonb not null,
    expires_at timestamptz not null
  )`,
  'create index sign_in_step_over on sign_in_step (expires_at)',
  `create table oidc_identity (
    issuer text not null,
    subject text not null,
    account_id uuid not null references account on delete cascade,
    email text not null,
    created_at timestamptz not null default now(),
    primary key (issuer, subject)
  )`,
  'create index oidc_identity_account on oidc_identity (account_id)',

  `create table mentor_application (
    id uuid primary key,
    account_id uuid not null references account on delete cascade,
    about text not null,
    status text not null default 'pending' check (status in ('pending', 'approved', 'refused', 'withdrawn')),
    decided_by uuid references account,
    decided_at timestamptz,
    answer text not null default '',
    created_at timestamptz not null default now(),
    check ((status in ('approved', 'refused')) = (decided_at is not null))
  )`,
  "create unique index mentor_application_pending on mentor_application (account_id) where status = 'pending'",
  'create index mentor_application_newest on mentor_application (status, created_at)',

  // The one-time code that makes the first owner: one at a time.
  `create table owner_code (
    one boolean primary key default true check (one),
    hash bytea not null,
    expires_at timestamptz not null
  )`,

  `create table follow (
    learner_id uuid not null references account on delete cascade,
    mentor_id uuid not null references account on delete cascade,
    created_at timestamptz not null default now(),
    primary key (mentor_id, learner_id),
    check (learner_id <> mentor_id)
  )`,
  'create index follow_of_learner on follow (learner_id)',

  // Re-encoded, 256 × 256, WebP.
  `create table profile_image (
    account_id uuid primary key references account on delete cascade,
    webp bytea not null check (length(webp) <= 200000),
    created_at timestamptz not null default now()
  )`,

  // What a person wants to hear of, and where; a kind without a row has the product's default.
  `create table notification_choice (
    account_id uuid not null references account on delete cascade,
    kind text not null,
    in_app boolean not null,
    mail boolean not null,
    push boolean not null,
    primary key (account_id, kind)
  )`,
  // With a key a person is told once, however often it is asked for. One that is not shown was sent in other ways only.
  `alter table notification
    add column kind text not null default 'general',
    add column key text check (length(key) between 1 and 200),
    add column shown boolean not null default true`,
  'create unique index notification_key on notification (account_id, key)',
  `create table push_subscription (
    id uuid primary key,
    account_id uuid not null references account on delete cascade,
    login_id uuid references login on delete set null,
    endpoint text not null unique check (length(endpoint) <= 1000),
    p256dh text not null,
    auth text not null,
    created_at timestamptz not null default now()
  )`,
  'create index push_subscription_account on push_subscription (account_id)',

  // Every mail that was asked for. Its words are kept until it is sent, in a trial for good (its page shows them).
  `create table mail (
    id uuid primary key,
    account_id uuid references account on delete cascade,
    recipient text not null,
    kind text not null,
    subject text not null,
    body_text text,
    body_html text,
    calendar text,
    status text not null default 'queued' check (status in ('queued', 'sent', 'failed')),
    failure text,
    created_at timestamptz not null default now(),
    sent_at timestamptz
  )`,
  'create index mail_account on mail (account_id)',
  'create index mail_newest on mail (created_at desc)',

  // Append-only but for one thing: the words of somebody who asked to be erased.
  `create or replace function room_event_is_kept() returns trigger language plpgsql as $$
    begin
      if tg_op = 'UPDATE' and current_setting('peerlearn.erasing', true) = 'on' then return null; end if;
      raise exception 'room_event is append-only';
    end $$`,

  // Everything that one person did in rooms: to hand it out to them, and to forget their words.
  'create index room_event_actor on room_event (actor_id) where actor_id is not null',

  // Who did what that matters later: each row's hash covers the one before.
  `create table audit_event (
    seq bigint primary key,
    at timestamptz not null,
    actor_id uuid,
    action text not null,
    subject text not null,
    data jsonb not null,
    previous bytea not null,
    hash bytea not null unique
  )`,
  `create function audit_event_is_kept() returns trigger language plpgsql as $$
    begin raise exception 'audit_event is append-only'; end $$`,
  `create trigger audit_event_append_only before update or delete or truncate on audit_event
    for each statement execute function audit_event_is_kept()`,
]
