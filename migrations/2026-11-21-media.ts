import { sql, type Kysely } from 'kysely'

/** Rooms over several nodes, stages, receive modes with budgets, and what learners' links were found to be. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table session add column staged boolean not null default false',
  "update session set staged = true where capacity > 50 and status = 'scheduled'",

  // The media nodes that have peers of a live room; the servers' common word on where newcomers go.
  `create table room_node (
    session_id uuid not null references session on delete cascade,
    node_id text not null check (length(node_id) between 1 and 64),
    created_at timestamptz not null default now(),
    primary key (session_id, node_id)
  )`,

  // How a person receives in their next room.
  `create table receive_choice (
    account_id uuid primary key references account on delete cascade,
    mode text not null check (mode in ('full', 'saver', 'slides', 'voice')),
    budget_bytes bigint check (budget_bytes >= 1000000),
    -- The session in which they chose to go beyond the budget.
    beyond_in uuid references session on delete set null
  )`,

  // Bytes that a person's media took in a session, over all their devices and reconnects: as the node counted them last
  // for each peer, and before the node made it anew.
  `create table data_use (
    session_id uuid not null references session on delete cascade,
    account_id uuid not null references account on delete cascade,
    node_id text not null check (length(node_id) between 1 and 64),
    peer_id uuid not null,
    earlier bigint not null check (earlier >= 0),
    bytes bigint not null check (bytes >= 0),
    primary key (session_id, account_id, node_id, peer_id)
  )`,

  // The newest result of a learner's check of devices and link (contract/readiness.ts).
  `create table readiness (
    session_id uuid not null references session on delete cascade,
    account_id uuid not null references account on delete cascade,
    at timestamptz not null default now(),
    result jsonb not null,
    primary key (session_id, account_id)
  )`,
]
