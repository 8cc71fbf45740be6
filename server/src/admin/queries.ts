/** What the live view asks of the database: the names behind opaque ids. */
import type { LivePerson } from '@peerlearn/contract/admin'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export async function findAdminIds(db: DbOrTrx): Promise<string[]> {
  const rows = await db
    .selectFrom('account')
    .select('id')
    .where(sql<boolean>`roles && array['admin', 'owner']`)
    .where('suspended_at', 'is', null)
    .execute()
  return rows.map((row) => row.id)
}

export interface RoomNames {
  title: string
  mentorName: string
}

/** Of sessions that are live: a green room before the class has a room at the node too. */
export async function findRoomNames(db: DbOrTrx, ids: string[]): Promise<Map<string, RoomNames>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('session')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select(['session.id', 'session.title', 'mentor.name as mentorName'])
    .where('session.id', 'in', ids)
    .where('session.status', '=', 'live')
    .execute()
  return new Map(rows.map(({ id, ...names }) => [id, names]))
}

export type PersonNames = { [K in 'userId' | 'name' | 'role']: NonNullable<LivePerson[K]> }

/** Whose these peers are, as their rooms noted when they joined. */
export async function findPeers(
  db: DbOrTrx,
  peers: { sessionId: string; peerId: string }[],
): Promise<Map<string, PersonNames>> {
  if (peers.length === 0) return new Map()
  const rows = await db
    .selectFrom('room_event')
    .select([
      sql<string>`data->>'peerId'`.as('peerId'),
      sql<string>`data->>'userId'`.as('userId'),
      sql<string>`data->>'name'`.as('name'),
      sql<PersonNames['role']>`data->>'role'`.as('role'),
    ])
    .where('session_id', 'in', [...new Set(peers.map(({ sessionId }) => sessionId))])
    .where('kind', '=', 'peer.joined')
    .where(
      sql<string>`data->>'peerId'`,
      'in',
      peers.map(({ peerId }) => peerId),
    )
    .execute()
  return new Map(rows.map(({ peerId, ...names }) => [peerId, names]))
}
