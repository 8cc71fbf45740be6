/** The room's truth: rows of `room_event`, appended in a transaction, told on the bus after it commits. */
import { roomEvent, type NewRoomEvent, type RoomEvent } from '@peerlearn/contract/room-state'
import { sql } from 'kysely'
import type { Bus } from './bus.ts'
import type { DbOrTrx } from './db.ts'

/**
 * Appends one event and answers it with its number and time. Taking the number locks the session's row until the
 * transaction ends, so numbers have no gaps and events of a room are in one order everywhere.
 */
export async function appendRoomEvent(
  trx: DbOrTrx,
  sessionId: string,
  event: NewRoomEvent,
): Promise<RoomEvent> {
  const { room_seq: seq } = await trx
    .updateTable('session')
    .set((eb) => ({ room_seq: eb('room_seq', '+', 1) }))
    .where('id', '=', sessionId)
    .returning('room_seq')
    .executeTakeFirstOrThrow()
  const { at } = await trx
    .insertInto('room_event')
    .values({
      session_id: sessionId,
      seq,
      actor_id: event.actorId,
      kind: event.kind,
      data: JSON.stringify(event.data),
    })
    .returning('at')
    .executeTakeFirstOrThrow()
  return roomEvent.parse({ sessionId, seq, at: at.toISOString(), ...event })
}

/** The events of a room after this number, in order. */
export async function findRoomEvents(db: DbOrTrx, sessionId: string, after = 0): Promise<RoomEvent[]> {
  const rows = await db
    .selectFrom('room_event')
    .select(['seq', 'at', 'actor_id', 'kind', 'data'])
    .where('session_id', '=', sessionId)
    .where('seq', '>', after)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq, at, actor_id, kind, data }) =>
    roomEvent.parse({ sessionId, seq, at: at.toISOString(), actorId: actor_id, kind, data }),
  )
}

/** For a query of sessions: is the class on, and did its mentor remove this person? No event takes it back. */
export const isRemoved = (userId: string) => sql<boolean>`(session.status = 'live' and exists (
  select from room_event where room_event.session_id = session.id
    and room_event.kind = 'peer.removed' and room_event.data ->> 'userId' = ${userId}))`

/** The bus channel of a room. */
export const roomChannel = (sessionId: string) => `room:${sessionId}`

/** After the commit: every server with people in the room hears these events. */
export function publishRoomEvents(bus: Bus, events: RoomEvent[]): void {
  for (const event of events) bus.publish(roomChannel(event.sessionId), event)
}
