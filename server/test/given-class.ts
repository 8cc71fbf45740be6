/** What a class of an hour that is over just now left in its room, as it would have been written. */
import type { NewRoomEvent } from '@peerlearn/contract/room-state'
import { newId, type Db } from '../src/db.ts'

interface Attendee {
  userId: string
  name: string
}

export interface Given<P extends Attendee = Attendee> {
  sessionId: string
  mentor: P
  learner: P
  /** How many of its sixty minutes the mentor was in it: all, unless said otherwise; with 0 they never came. */
  there?: number
}

/** How many minutes ago it happened. */
type At = [number, NewRoomEvent]

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** The session is live since an hour; nobody has ended it yet. */
export async function giveClass(db: Db, { sessionId, mentor, learner, there = 60 }: Given): Promise<void> {
  const peerId = newId()
  const joined = ({ userId, name }: Attendee, role: 'mentor' | 'learner', peer: string): NewRoomEvent => ({
    kind: 'peer.joined',
    actorId: userId,
    data: { userId, peerId: peer, name, role },
  })
  const came: At = [60, joined(mentor, 'mentor', peerId)]
  const gone = { userId: mentor.userId, peerId, reason: 'left' as const }
  const left: At = [60 - there, { kind: 'peer.left', actorId: mentor.userId, data: gone }]
  const events: At[] = [
    [60, { kind: 'room.opened', actorId: mentor.userId, data: { staged: false } }],
    [60, joined(learner, 'learner', newId())],
    ...(there > 0 ? [came, left] : []),
  ]
  await db
    .updateTable('session')
    .set({ starts_at: minutesAgo(60), started_at: minutesAgo(60), status: 'live', room_seq: events.length })
    .where('id', '=', sessionId)
    .execute()
  await db
    .insertInto('room_event')
    .values(
      events.map(([ago, { kind, actorId, data }], n) => ({
        session_id: sessionId,
        seq: n + 1,
        at: minutesAgo(ago),
        actor_id: actorId,
        kind,
        data: JSON.stringify(data),
      })),
    )
    .execute()
}
