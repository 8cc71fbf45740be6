/** A class that took place: its room's events as they would have been written, and its end by the mentor. */
import type { NewRoomEvent } from '@peerlearn/contract/room-state'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { expect } from 'vitest'
import { newId } from '../src/db.ts'
import { eventually, type Person, type TestServer } from './harness.ts'

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** Resolves once its verdict is there. `there`: how many of its sixty minutes the mentor was in it. */
export async function teach(
  server: TestServer,
  {
    sessionId,
    mentor,
    learner,
    there = 60,
  }: { sessionId: string; mentor: Person; learner: Person; there?: number },
): Promise<void> {
  const { db } = server
  const peerId = newId()
  const joined = (person: Person, role: 'mentor' | 'learner', peer: string): NewRoomEvent => ({
    kind: 'peer.joined',
    actorId: person.userId,
    data: { userId: person.userId, peerId: peer, name: person.name, role },
  })
  const events: [number, NewRoomEvent][] = [
    [60, { kind: 'room.opened', actorId: mentor.userId, data: { staged: false } }],
    [60, joined(learner, 'learner', newId())],
    [60, joined(mentor, 'mentor', peerId)],
    [
      60 - there,
      { kind: 'peer.left', actorId: mentor.userId, data: { userId: mentor.userId, peerId, reason: 'left' } },
    ],
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
  await server.api(sessionRoutes.end, { params: { id: sessionId }, body: {} }, mentor)
  await eventually(async () => {
    const verdict = db.selectFrom('session_verdict').select('outcome').where('session_id', '=', sessionId)
    expect(await verdict.execute()).not.toEqual([])
  })
}
