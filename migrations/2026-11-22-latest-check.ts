import { sql, type Kysely } from 'kysely'

/** A person's newest check of devices and link, whether or not they have a seat yet: it counts for seats that follow. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table latest_check (
    account_id uuid primary key references account on delete cascade,
    at timestamptz not null default now(),
    result jsonb not null
  )`,
  // Those who checked before this table was there have their newest with one of their sessions.
  `insert into latest_check (account_id, at, result)
    select distinct on (account_id) account_id, at, result from readiness
    where at > now() - interval '14 days' order by account_id, at desc`,
]
