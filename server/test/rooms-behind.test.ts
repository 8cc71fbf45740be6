/** Rooms that heard nothing for a while fetch what they missed, each for itself. */
import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { inProcessBus } from '../src/bus.ts'
import { createLog } from '../src/log.ts'
import { appendRoomEvent } from '../src/room-events.ts'
import { LiveRooms } from '../src/rooms/live-rooms.ts'
import { SfuPool } from '../src/sfu/sfu-pool.ts'
import { closeLater, openDb } from './harness.ts'
import { startRooms, type Rooms } from './real-class.ts'

let started: Rooms

beforeAll(async () => {
  started = await startRooms()
})

test('a room whose events can’t be read holds up no other', async () => {
  const { sfu, server, asha, aClass } = started
  const [broken, well] = [(await aClass()).sessionId, (await aClass()).sessionId]
  const log = createLog('silent')
  const pool = new SfuPool({ urls: [sfu.url], secret: server.config.SFU_SECRET, log })
  const db = await openDb()
  // A bus of its own: it hears nothing of what is said.
  const bus = inProcessBus(() => undefined)
  const rooms = new LiveRooms({ db, bus, pool, log, reconcileMs: 3_600_000 })
  closeLater(async () => {
    await rooms.close()
    pool.close()
  })
  for (const sessionId of [broken, well]) await rooms.open(sessionId)
  const line = { userId: asha.userId, name: 'Asha', text: 'Can you hear me?', clientId: randomUUID() }
  for (const sessionId of [broken, well])
    await appendRoomEvent(db, sessionId, { kind: 'chat.message', actorId: asha.userId, data: line })
  await db
    .insertInto('room_event')
    .values({ session_id: broken, seq: 1_000, actor_id: null, kind: 'chat.message', data: '{}' })
    .execute()
  await rooms.catchUp()
  expect((await rooms.open(well)).state.chat.map(({ text }) => text)).toEqual([line.text])
})
