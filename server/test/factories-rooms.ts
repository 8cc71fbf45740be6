/** Classes and the people in them: rows of the database, and sockets that send what a page would. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientInput, ClientMethod, ClientOutput } from '@peerlearn/contract/client-channel'
import type { Source } from '@peerlearn/contract/media'
import type { Insertable } from 'kysely'
import type { Db } from '../src/db.ts'
import type { Database } from '../src/schema.ts'
import { newBooking, newSession } from './factories.ts'
import { Refused, type Person, type TestServer, type TestSocket } from './harness.ts'
import { kindOf, parametersFor } from './room-parameters.ts'

/** What a page says of its screen when it joins. */
export const view = { videos: 9 }

interface ClassWish extends Partial<Insertable<Database['session']>> {
  /** Has the mentor started it? */
  open?: boolean
}

/** A session of this mentor in which these learners have a seat. @returns its id */
export async function newClass(
  db: Db,
  mentor: Person,
  learners: Person[],
  { open = true, ...wish }: ClassWish = {},
): Promise<string> {
  const sessionId = await newSession(db, { mentorId: mentor.userId, starts_at: new Date(), ...wish })
  for (const { userId } of learners) await newBooking(db, { sessionId, learnerId: userId })
  if (open) await openRoom(db, sessionId, mentor, wish.staged)
  return sessionId
}

/** As starting the session leaves it. */
async function openRoom(db: Db, sessionId: string, { userId }: Person, staged = false): Promise<void> {
  await db
    .updateTable('session')
    .set({ status: 'live', started_at: new Date(), room_seq: 1 })
    .where('id', '=', sessionId)
    .execute()
  await db
    .insertInto('room_event')
    .values({
      session_id: sessionId,
      seq: 1,
      actor_id: userId,
      kind: 'room.opened',
      data: JSON.stringify({ staged }),
    })
    .execute()
}

export interface Seated {
  socket: TestSocket
  peerId: string
  joined: ClientOutput<'room.join'>
  /** Sends a microphone, camera or screen. @returns the producer's id */
  sends(source: Source): Promise<string>
}

/** Opens a socket and joins, as a page does after the click; with `resume` it comes back to the peer it had. */
export async function join(
  server: TestServer,
  person: Person,
  sessionId: string,
  resume?: string,
): Promise<Seated> {
  const socket = await server.connect(person)
  const { rtpCapabilities } = await socket.request('room.prepare', { sessionId })
  const joined = await socket.request('room.join', {
    sessionId,
    rtpCapabilities,
    view,
    ...(resume && { resume }),
  })
  return {
    socket,
    peerId: joined.peerId,
    joined,
    sends: (source) => send(socket, joined.media?.send.id ?? '', source),
  }
}

export async function send(socket: TestSocket, transportId: string, source: Source): Promise<string> {
  const wish = { transportId, kind: kindOf(source), source, rtpParameters: parametersFor(source) }
  return (await socket.request('producer.create', wish)).producerId
}

/** The code with which this is refused, `undefined` when it is not. */
export const refusal = <M extends ClientMethod>(socket: TestSocket, method: M, data: ClientInput<M>) =>
  socket.request(method, data).then(
    () => undefined,
    (error: unknown) => (error instanceof Refused ? error.code : String(error)),
  )

/** Waits for a condition, never for a time; what did not come true is named. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  ms = 10_000,
): Promise<void> {
  for (const end = Date.now() + ms; !(await check()); await sleep(10))
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
}
