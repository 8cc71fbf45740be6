/** What rooms ask of the database. */
import type { DbOrTrx } from '../db.ts'

/** The session as its room needs it. `roomSeq` is the number of its last event. */
export interface RoomSession {
  id: string
  title: string
  mentorId: string
  mentorName: string
  startsAt: Date
  durationMinutes: number
  capacity: number
  staged: boolean
  status: 'scheduled' | 'live' | 'ended' | 'cancelled'
  roomSeq: number
}

const sessionOf = (db: DbOrTrx, id: string) =>
  db
    .selectFrom('session')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select([
      'session.id',
      'session.title',
      'session.mentor_id as mentorId',
      'mentor.name as mentorName',
      'session.starts_at as startsAt',
      'session.duration_minutes as durationMinutes',
      'session.capacity',
      'session.staged',
      'session.status',
      'session.room_seq as roomSeq',
    ])
    .where('session.id', '=', id)

export const findRoomSession = (db: DbOrTrx, id: string): Promise<RoomSession | undefined> =>
  sessionOf(db, id).executeTakeFirst()

/** Holds the session's row until the transaction ends: nobody else decides anything in this room meanwhile. */
export const lockRoomSession = (trx: DbOrTrx, id: string): Promise<RoomSession> =>
  sessionOf(trx, id).forUpdate('session').executeTakeFirstOrThrow()

/** The sessions that are live, and how far the events of their rooms are. */
export async function findLiveRoomSeqs(db: DbOrTrx): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('session')
    .select(['id', 'room_seq'])
    .where('status', '=', 'live')
    .execute()
  return new Map(rows.map((row) => [row.id, row.room_seq]))
}

/** How far the events of these rooms are. */
export async function findRoomSeqs(db: DbOrTrx, ids: string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('session').select(['id', 'room_seq']).where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row.room_seq]))
}

/** The line of chat that this person said under this clientId. */
export async function findChatSeq(
  db: DbOrTrx,
  sessionId: string,
  userId: string,
  clientId: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('room_event')
    .select('seq')
    .where('session_id', '=', sessionId)
    .where('actor_id', '=', userId)
    .where('kind', '=', 'chat.message')
    .where((eb) => eb.eb(eb.ref('data', '->>').key('clientId'), '=', clientId))
    .executeTakeFirst()
  return row?.seq
}
