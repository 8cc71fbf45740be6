/** Table room_node: the media nodes that have peers of a room, the servers' common word on where newcomers go. */
import type { Db, DbOrTrx } from '../db.ts'
import { lockRoomSession } from './queries.ts'

/** The nodes of each of these rooms, in the order in which they came; rooms without one are left out. */
export async function findRoomNodes(db: DbOrTrx, sessionIds: string[]): Promise<Map<string, string[]>> {
  if (sessionIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('room_node')
    .select(['session_id', 'node_id'])
    .where('session_id', 'in', sessionIds)
    .orderBy('created_at')
    .orderBy('node_id')
    .execute()
  const found = new Map<string, string[]>()
  for (const { session_id, node_id } of rows)
    found.set(session_id, [...(found.get(session_id) ?? []), node_id])
  return found
}

/**
 * Changes them under the session's lock: `decide` gets those of this moment and answers those from now on.
 * @returns the latter
 */
export const changeRoomNodes = (
  db: Db,
  sessionId: string,
  decide: (now: string[]) => string[],
): Promise<string[]> =>
  db.transaction().execute(async (trx) => {
    await lockRoomSession(trx, sessionId)
    const now = (await findRoomNodes(trx, [sessionId])).get(sessionId) ?? []
    const wanted = decide(now)
    const gone = now.filter((id) => !wanted.includes(id))
    const came = wanted.filter((id) => !now.includes(id))
    if (gone.length > 0)
      await trx
        .deleteFrom('room_node')
        .where('session_id', '=', sessionId)
        .where('node_id', 'in', gone)
        .execute()
    if (came.length > 0)
      await trx
        .insertInto('room_node')
        .values(came.map((node_id) => ({ session_id: sessionId, node_id })))
        .execute()
    return wanted
  })
