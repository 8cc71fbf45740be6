/** Whom our servers failed, and until when, stands in the room's events: attendance is counted from them. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findRoomEvents } from '../src/room-events.ts'
import { startServerOfRooms, type FakeNode } from './fake-node.ts'
import { startFakeSfu } from './fake-sfu.ts'
import { join, newClass, view, type Seated } from './factories-rooms.ts'
import { eventually, startServer, testConfig, type Person, type TestServer } from './harness.ts'
import { freePort } from './harness-ports.ts'

let server: TestServer
let node: FakeNode
let mentor: Person, asha: Person

beforeAll(async () => {
  ;({ node, server, mentor, asha } = await startServerOfRooms())
})

const rejoin = ({ socket }: Seated) => socket.request('media.rejoin', { rtpCapabilities: {}, view })

const outages = async (sessionId: string, { db } = server) =>
  (await findRoomEvents(db, sessionId)).flatMap((event) =>
    event.kind === 'outage.began' || event.kind === 'outage.ended'
      ? [{ kind: event.kind, who: event.data.userIds.toSorted() }]
      : [],
  )

async function aClass() {
  const sessionId = await newClass(server.db, mentor, [asha])
  const teaching = await join(server, mentor, sessionId)
  const learning = await join(server, asha, sessionId)
  for (const { peerId } of [teaching, learning]) node.connects(peerId, 'connected')
  return { sessionId, teaching, learning }
}

describe('a worker that dies', () => {
  test('fails all that it had, in one event, and each until their new media are connected', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const both = [mentor.userId, asha.userId].toSorted()
    node.loses(sessionId)
    await eventually(async () =>
      expect(await outages(sessionId)).toEqual([{ kind: 'outage.began', who: both }]),
    )
    await rejoin(teaching)
    await rejoin(learning)
    expect(await outages(sessionId)).toHaveLength(1)
    node.connects(teaching.peerId, 'connected')
    await eventually(async () =>
      expect((await outages(sessionId)).at(-1)).toEqual({ kind: 'outage.ended', who: [mentor.userId] }),
    )
    node.connects(learning.peerId, 'connected')
    await eventually(async () =>
      expect((await outages(sessionId)).at(-1)).toEqual({ kind: 'outage.ended', who: [asha.userId] }),
    )
  })

  test('fails nobody whose connection is merely weak, or who left', async () => {
    const { sessionId, teaching, learning } = await aClass()
    node.connects(teaching.peerId, 'weak')
    await learning.socket.request('room.leave', {})
    node.loses(sessionId)
    await eventually(async () =>
      expect(await outages(sessionId)).toEqual([{ kind: 'outage.began', who: [mentor.userId] }]),
    )
  })
})

test('the only node that is away fails its people until it is back with them', async () => {
  const port = await freePort()
  const start = () => startFakeSfu(testConfig().SFU_SECRET, { port, info: { nodeId: 'lone' } })
  const lone = await start()
  const other = await startServer({ env: { SFU_URLS: lone.url } })
  onTestFinished(() => other.close())
  const sessionId = await newClass(other.db, mentor, [asha])
  const teaching = await join(other, mentor, sessionId)
  await lone.close()
  await eventually(async () =>
    expect(await outages(sessionId, other)).toEqual([{ kind: 'outage.began', who: [mentor.userId] }]),
  )
  const again = await start()
  onTestFinished(() => again.close())
  await teaching.socket.heard('media.lost')
  await rejoin(teaching)
  again.tell('peer.connection', { roomId: sessionId, peerId: teaching.peerId, connection: 'connected' })
  await eventually(async () =>
    expect((await outages(sessionId, other)).map(({ kind }) => kind)).toEqual([
      'outage.began',
      'outage.ended',
    ]),
  )
})
