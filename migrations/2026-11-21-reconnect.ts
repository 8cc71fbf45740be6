import { sql, type Kysely } from 'kysely'

/** Tickets that an open socket is given for its own redialling: one at most for each. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table socket_ticket add column socket_id uuid unique',
  'create index socket_ticket_expiry on socket_ticket (expires_at)',
]
