/** Classes of three that come and go, over real sockets; and what of them is still there in this process. */
import { queryObjects } from 'node:v8'
import { LiveRoom } from '../src/rooms/live-room.ts'
import type { LiveRooms } from '../src/rooms/live-rooms.ts'
import { NodeRoom } from '../src/rooms/node-room.ts'
import { Seat } from '../src/rooms/seat.ts'
import { Callbacks } from '../src/sfu/callbacks.ts'
import { Connection } from '../src/ws-connection.ts'
import { join, newClass } from './factories-rooms.ts'
import type { Person, TestServer } from './harness.ts'

export const endings = ['ended', 'left', 'gone'] as const

/** One class from its first person to its last. */
export async function comeAndGo(
  server: TestServer,
  [mentor, ...learners]: [Person, ...Person[]],
  ending: (typeof endings)[number],
): Promise<void> {
  const sessionId = await newClass(server.db, mentor, learners)
  const teaching = await join(server, mentor, sessionId)
  const others = await Promise.all(learners.map((learner) => join(server, learner, sessionId)))
  const all = [teaching, ...others]
  await Promise.all(all.map(async (one) => [await one.sends('microphone'), await one.sends('camera')]))
  const offered = 2 * others.length
  for (const { socket, joined } of all) {
    const has = () => (joined.media?.consumers.length ?? 0) + socket.all('consumer.opened').length
    while (has() < offered) await socket.heard('consumer.opened', () => has() >= offered)
  }
  if (ending === 'ended') await teaching.socket.request('room.end', {})
  if (ending === 'left')
    for (const { socket } of [...others, teaching]) await socket.request('room.leave', {})
  for (const { socket } of all) {
    if (ending === 'gone') socket.ws.terminate()
    else socket.close()
    await socket.closed
  }
}

/** Of any class: the type of its parameter is too narrow. */
const count = (kind: unknown) => queryObjects(kind as () => void, { format: 'count' })
export const countSeats = () => count(Seat)

/** Things of this process that belong to somebody's class or socket; a look takes some seconds. */
export function countObjects() {
  return {
    connections: count(Connection),
    rooms: count(LiveRoom),
    nodeRooms: count(NodeRoom),
    callbacks: count(Callbacks),
    seats: countSeats(),
  }
}

/** Sockets and timers that keep this process busy. */
export function countResources(): { sockets: number; timers: number } {
  const names = process.getActiveResourcesInfo()
  const busy = (which: RegExp) => names.filter((name) => which.test(name)).length
  return { sockets: busy(/TCP/), timers: busy(/Timeout|Immediate/) }
}

/** As a minute later: rooms that nobody needs are let go of. */
export async function aMinuteLater(rooms: LiveRooms): Promise<void> {
  const real = Date.now
  Date.now = () => real() + 61_000
  await rooms.reconcile().finally(() => (Date.now = real))
}
