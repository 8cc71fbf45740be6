/** Taking somebody out of every room, whatever became of their sockets: what they send and get ends at once. */
import { findPerson } from '@peerlearn/contract/room-state'
import { sql } from 'kysely'
import type { Db } from '../db.ts'
import { leaving } from './decisions.ts'
import type { LiveRooms } from './live-rooms.ts'

export const createExpel =
  ({ db, rooms }: { db: Db; rooms: Pick<LiveRooms, 'open'> }) =>
  async (userId: string): Promise<void> => {
    for (const sessionId of await findLiveSessionsOf(db, userId)) {
      const room = await rooms.open(sessionId)
      await room.events.catchUp()
      const peerId = findPerson(room.state, userId)?.peerId
      if (peerId === undefined) continue
      await room.events.decide(leaving(peerId, 'left'))
      // Without a media node that answers there are no media to close.
      await room.nodes.attached().catch(() => undefined)
      room.closePeer(peerId)
    }
  }

/** The live sessions that this person has ever come into. */
async function findLiveSessionsOf(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('session.id')
    .where('session.status', '=', 'live')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('room_event')
          .select('seq')
          .whereRef('room_event.session_id', '=', 'session.id')
          .where('kind', '=', 'peer.joined')
          .where(sql<boolean>`data->>'userId' = ${userId}`),
      ),
    )
    .execute()
  return rows.map(({ id }) => id)
}
