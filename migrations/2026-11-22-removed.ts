import { sql, type Kysely } from 'kysely'

/** Who was removed from a class that is on: asked for with each look at its page, among all that was ever said in it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create index room_event_removed on room_event (session_id, (data ->> 'userId')) where kind = 'peer.removed'`,
    )
    .execute(db)
}
