import { beforeEach, describe, expect, test } from 'vitest'
import { join, newClass, send, until, view, type Seated } from './factories-rooms.ts'
import { startRedis } from './harness-redis.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu, type RealSfu } from './real-sfu.ts'

let first: RealSfu, second: RealSfu
let here: TestServer, there: TestServer
let mentor: Person, asha: Person

/** Two nodes that registered themselves, two servers that found them. */
beforeEach(async () => {
  const redis = await startRedis()
  const env = { REDIS_URL: redis.url }
  first = await startSfu({ nodeId: 'first', env })
  here = await startServer({ env: { ...env, SFU_URLS: first.url } })
  there = await startServer({ env: { ...env, SFU_URLS: '' } })
  mentor = await here.person({ roles: ['mentor'] })
  asha = await here.person()
  second = await startSfu({ nodeId: 'second', env })
  for (const server of [here, there])
    await until('both nodes are known', async () => (await nodesOf(server)) === 2)
})

/** What an admin would see of the nodes that answer. */
async function nodesOf(server: TestServer): Promise<number> {
  const admin = await server.connect(await server.person({ roles: ['admin'] }))
  const { nodes } = await admin.request('admin.watch', {})
  admin.close()
  return nodes.filter((node) => node.up).length
}

const rowsOf = async (sessionId: string) =>
  (await here.db.selectFrom('room_node').select('node_id').where('session_id', '=', sessionId).execute())
    .map((row) => row.node_id)
    .sort()

async function capabilities({ socket }: Seated, sessionId: string) {
  return (await socket.request('room.prepare', { sessionId })).rtpCapabilities
}

describe('a class over two real nodes', () => {
  test('a room that begins on one goes on over two: people see each other across', async () => {
    const sessionId = await newClass(here.db, mentor, [asha])
    const teaching = await join(here, mentor, sessionId)
    const [at] = await rowsOf(sessionId)
    const [full, other] = at === 'first' ? [first, second] : [second, first]
    const camera = await teaching.sends('camera')
    full.drain(true)
    await teaching.socket.heard('media.moving')
    const learning = await join(there, asha, sessionId)
    expect(await rowsOf(sessionId)).toEqual(['first', 'second'])
    expect(other.rooms.peers).toBe(1)
    const has = () =>
      [...(learning.joined.media?.consumers ?? []), ...learning.socket.all('consumer.opened')].some(
        (consumer) => consumer.producerId === camera,
      )
    await until('the learner receives the mentor over there', has)
    const microphone = await learning.sends('microphone')
    await teaching.socket.heard('consumer.opened', (c) => c.producerId === microphone)

    const rtpCapabilities = await capabilities(teaching, sessionId)
    const moved = await teaching.socket.request('media.move', { rtpCapabilities, view })
    const again = await send(teaching.socket, moved.media.send.id, 'camera')
    await learning.socket.heard('consumer.opened', (c) => c.producerId === again)
    await teaching.socket.request('media.moved', {})
    await learning.socket.heard('producer.closed', (p) => p.producerId === camera)
    await until('the first node is empty', () => full.rooms.peers === 0)
    await until('the room has left it', async () => (await rowsOf(sessionId)).join() === other.nodeId)
    await until('it keeps nothing of the room', () => full.rooms.size === 0, 3_000)
    expect([...teaching.socket.all('peer.left'), ...learning.socket.all('peer.left')]).toEqual([])
  })

  test('a node that is emptied keeps nothing of a class once all have moved, though they are on two servers', async () => {
    const sessionId = await newClass(here.db, mentor, [asha])
    const people = [await join(here, mentor, sessionId), await join(there, asha, sessionId)]
    const [at] = await rowsOf(sessionId)
    const [left, other] = at === 'first' ? [first, second] : [second, first]
    expect(left.rooms.peers).toBe(2)
    left.drain(true)
    for (const person of people) {
      await person.socket.heard('media.moving')
      const rtpCapabilities = await capabilities(person, sessionId)
      await person.socket.request('media.move', { rtpCapabilities, view })
    }
    await Promise.all(people.map(({ socket }) => socket.request('media.moved', {})))
    await until('it keeps nothing of the room', () => left.rooms.size === 0, 3_000)
    expect(await rowsOf(sessionId)).toEqual([other.nodeId])
    expect(other.rooms.peers).toBe(2)
  })

  test('a node that goes without a word takes nobody with it', async () => {
    const sessionId = await newClass(here.db, mentor, [asha])
    const teaching = await join(here, mentor, sessionId)
    const learning = await join(there, asha, sessionId)
    const [at] = await rowsOf(sessionId)
    const [gone, other] = at === 'first' ? [first, second] : [second, first]
    const begun = Date.now()
    await gone.close()
    const back = async (seated: Seated) => {
      await seated.socket.heard('media.lost', () => true, 8_000)
      const rtpCapabilities = await capabilities(seated, sessionId)
      return seated.socket.request('media.rejoin', { rtpCapabilities, view })
    }
    const [mine] = await Promise.all([teaching, learning].map(back))
    expect(Date.now() - begun).toBeLessThan(8_000)
    const camera = await send(teaching.socket, mine?.media.send.id ?? '', 'camera')
    await learning.socket.heard('consumer.opened', (c) => c.producerId === camera)
    expect(other.rooms.peers).toBe(2)
    expect(await rowsOf(sessionId)).toEqual([other.nodeId])
  })
})
