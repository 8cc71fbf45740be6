import { sql, type Kysely } from 'kysely'

/** Money by double entry, refunds, payouts to mentors, disputes, numbered documents, reconciliation. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // A payment belongs to a purchase. A second payment on an order that was paid is a surplus, and goes back.
  `alter table payment
    add column purchase_id uuid references purchase,
    add column surplus boolean not null default false,
    add column captured_paise integer not null default 0 check (captured_paise >= 0),
    add column refunded_paise integer not null default 0 check (refunded_paise >= 0),
    add column fee_paise integer not null default 0 check (fee_paise >= 0),
    add column method text,
    add column checked_at timestamptz,
    alter column booking_id drop not null,
    drop constraint payment_order_id_key`,
  `update payment set purchase_id = booking_id,
    captured_paise = case when status in ('captured', 'refunded') then amount_paise else 0 end,
    refunded_paise = case when status = 'refunded' then amount_paise else 0 end`,
  `alter table payment
    alter column purchase_id set not null,
    add constraint payment_captured check (captured_paise <= amount_paise),
    add constraint payment_refunded check (refunded_paise <= captured_paise)`,
  'drop index payment_booking',
  'create unique index payment_purchase on payment (purchase_id) where not surplus',
  'create unique index payment_order on payment (order_id) where not surplus',
  "create index payment_open on payment (created_at) where status in ('created', 'authorized', 'failed')",

  // refunded_paise of the payment counts a refund from the moment it is decided, so that two can't exceed what was paid.
  // void: Razorpay's own pages gave the money back before. restarts: how often an admin began anew after it failed.
  `create table refund (
    id uuid primary key,
    payment_id uuid not null references payment,
    booking_id uuid references booking,
    amount_paise integer not null check (amount_paise > 0),
    reason text not null,
    key text not null unique check (length(key) between 10 and 100),
    status text not null default 'waiting' check (status in ('waiting', 'sent', 'done', 'failed', 'void')),
    gateway_id text unique,
    requested_by uuid references account,
    attempts integer not null default 0,
    restarts integer not null default 0,
    failure text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  'create index refund_payment on refund (payment_id)',
  'create index refund_booking on refund (booking_id) where booking_id is not null',
  "create index refund_due on refund (updated_at) where status in ('waiting', 'sent')",

  // What the platform keeps of a mentor's takings, in hundredths of a percent, and where the rest goes.
  `create table mentor_terms (
    mentor_id uuid primary key references account,
    -- null: what the platform asks of everybody.
    fee_basis_points integer check (fee_basis_points between 0 and 10000),
    linked_account_id text unique,
    legal_name text not null default '',
    address text not null default '',
    -- Stands in the numbers of this mentor's documents.
    document_code integer unique,
    gstin text check (gstin ~ '^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]$'),
    updated_at timestamptz not null default now()
  )`,

  // A mentor's part of one payment for one session: held until the session's verdict, then transferred. Without a session:
  // what was left of a pack when it expired. taken_back: went back to the payer after all, of gross and of the fee.
  // withheld: what the mentor owed from such, not transferred. reversed: what Razorpay fetched back. claimed_until: somebody
  // asks Razorpay just now. restarts: how often it began anew after it failed.
  `create table payout (
    id uuid primary key,
    mentor_id uuid not null references account,
    session_id uuid references session,
    payment_id uuid not null references payment,
    gross_paise integer not null check (gross_paise > 0),
    fee_paise integer not null check (fee_paise >= 0),
    amount_paise integer not null check (amount_paise >= 0),
    taken_back_paise integer not null default 0,
    fee_back_paise integer not null default 0,
    withheld_paise integer not null default 0,
    reversed_paise integer not null default 0,
    status text not null default 'held' check (status in ('held', 'due', 'sent', 'settled', 'failed', 'void')),
    transfer_id text unique,
    attempts integer not null default 0,
    restarts integer not null default 0,
    claimed_until timestamptz,
    failure text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (payment_id, session_id),
    check (amount_paise = gross_paise - fee_paise),
    constraint payout_taken_back check (taken_back_paise between 0 and gross_paise and fee_back_paise between 0 and fee_paise),
    constraint payout_sent check (withheld_paise >= 0 and reversed_paise >= 0 and withheld_paise + reversed_paise <= amount_paise)
  )`,
  'create unique index payout_of_pack on payout (payment_id) where session_id is null',
  'create index payout_mentor on payout (mentor_id, created_at)',
  "create index payout_due on payout (updated_at) where status in ('held', 'due', 'sent')",

  `create table dispute (
    id uuid primary key,
    payment_id uuid not null references payment,
    gateway_id text not null unique,
    amount_paise integer not null check (amount_paise > 0),
    status text not null check (status in ('open', 'under_review', 'won', 'lost', 'closed')),
    reason text not null default '',
    respond_by timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,

  // Double entry: every entry's lines sum to nothing, checked at the commit; a key makes a movement happen once.
  `create table ledger_entry (
    id uuid primary key,
    key text not null unique,
    kind text not null,
    payment_id uuid references payment,
    refund_id uuid references refund,
    payout_id uuid references payout,
    session_id uuid references session,
    at timestamptz not null default now()
  )`,
  'create index ledger_entry_at on ledger_entry (at)',
  `create table ledger_line (
    entry_id uuid not null references ledger_entry,
    account text not null check (length(account) between 1 and 100),
    amount_paise bigint not null check (amount_paise <> 0),
    primary key (entry_id, account)
  )`,
  'create index ledger_line_account on ledger_line (account)',
  `create function ledger_entry_balances() returns trigger language plpgsql as $$
    begin
      if (select coalesce(sum(amount_paise), 1) from ledger_line where entry_id = new.id) <> 0 then
        raise exception 'ledger entry % does not balance', new.id using errcode = 'check_violation', constraint = 'ledger_balances';
      end if;
      return null;
    end $$`,
  `create constraint trigger ledger_balances after insert on ledger_entry deferrable initially deferred
    for each row execute function ledger_entry_balances()`,
  `create function ledger_line_balances() returns trigger language plpgsql as $$
    begin
      if (select sum(amount_paise) from ledger_line where entry_id = new.entry_id) <> 0 then
        raise exception 'ledger entry % does not balance', new.entry_id using errcode = 'check_violation', constraint = 'ledger_balances';
      end if;
      return null;
    end $$`,
  `create constraint trigger ledger_line_balances after insert on ledger_line deferrable initially deferred
    for each row execute function ledger_line_balances()`,
  `create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
    for each statement execute function ledger_is_kept()`,
  `create trigger ledger_line_append_only before update or delete or truncate on ledger_line
    for each statement execute function ledger_is_kept()`,

  // What was paid and given back before there were books: their first entries.
  `insert into refund (id, payment_id, amount_paise, reason, key, status, gateway_id)
    select gen_random_uuid(), id, refunded_paise, 'Given back before there were books.', 'opening-' || id, 'done', 'opening-' || id
    from payment where refunded_paise > 0`,
  `insert into ledger_entry (id, key, kind, payment_id, refund_id)
    select gen_random_uuid(), moved.kind || ':' || coalesce(refund.id, payment.id), moved.kind, payment.id, refund.id
    from payment join purchase on purchase.id = payment.purchase_id
      cross join (values ('capture'), ('seated'), ('refund-decided'), ('refund-done')) as moved (kind)
      left join refund on refund.payment_id = payment.id and moved.kind like 'refund-%'
    where captured_paise > 0 and case moved.kind when 'capture' then true when 'seated' then purchase.paid_at is not null
      else refund.id is not null end`,
  `insert into ledger_line (entry_id, account, amount_paise)
    select entry.id, line.account, line.paise
    from ledger_entry entry join payment on payment.id = entry.payment_id join purchase on purchase.id = payment.purchase_id
      cross join lateral (values
        ('capture', 'gateway', captured_paise), ('capture', 'unallocated', -captured_paise),
        ('seated', 'unallocated', captured_paise), ('seated', 'held:' || purchase.mentor_id, -captured_paise),
        ('refund-decided', case when purchase.paid_at is null then 'unallocated' else 'held:' || purchase.mentor_id end, refunded_paise),
        ('refund-decided', 'refunds-due', -refunded_paise),
        ('refund-done', 'refunds-due', refunded_paise), ('refund-done', 'gateway', -refunded_paise)
      ) as line (kind, account, paise)
    where line.kind = entry.kind`,

  // Receipts, invoices and credit notes. Numbers of a series have no gaps: the counter's row is locked until the commit.
  `create table document_counter (series text primary key, last integer not null check (last >= 0))`,
  `create table document (
    id uuid primary key,
    kind text not null check (kind in ('receipt', 'invoice', 'credit-note')),
    series text not null,
    seq integer not null check (seq >= 1),
    number text not null unique,
    account_id uuid not null references account,
    payment_id uuid not null references payment,
    refund_id uuid references refund,
    data jsonb not null,
    issued_at timestamptz not null default now(),
    unique (series, seq)
  )`,
  'create index document_account on document (account_id, issued_at)',
  'create unique index document_of_payment on document (payment_id, kind) where refund_id is null',
  'create unique index document_of_refund on document (refund_id, kind) where refund_id is not null',
  `create trigger document_append_only before update or delete or truncate on document
    for each statement execute function ledger_is_kept()`,

  `create table reconciliation (
    id uuid primary key,
    day date not null,
    unexplained_paise bigint not null,
    report jsonb not null,
    created_at timestamptz not null default now()
  )`,
  'create index reconciliation_newest on reconciliation (created_at desc)',
]
