import { sql, type Kysely } from 'kysely'

/** A budget of data is for one class: which. One without is over. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table receive_choice add column budget_in uuid references session on delete set null',
]
