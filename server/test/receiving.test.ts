import { beforeAll, describe, expect, test } from 'vitest'
import { startFakeNode, type FakeNode } from './fake-node.ts'
import { join, newClass, until, type Seated } from './factories-rooms.ts'
import { startRedis } from './harness-redis.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let node: FakeNode
let one: TestServer, two: TestServer
let mentor: Person

beforeAll(async () => {
  const redis = await startRedis()
  node = await startFakeNode()
  const env = { SFU_URLS: node.url, REDIS_URL: redis.url }
  one = await startServer({ env })
  two = await startServer({ env })
  mentor = await one.person({ roles: ['mentor'] })
})

/** The mentor on one server, a learner of their own on the other. */
async function aClass() {
  const asha = await one.person({ name: 'Asha' })
  const sessionId = await newClass(one.db, mentor, [asha])
  const teaching = await join(one, mentor, sessionId)
  const learning = await join(two, asha, sessionId)
  return { sessionId, asha, teaching, learning }
}

const MB = 1_000_000
const choose = ({ socket }: Seated, mode: 'full' | 'saver' | 'voice', budgetBytes: number | null = null) =>
  socket.request('receive.set', { mode, budgetBytes })
const toldRule = (peerId: string) => node.asked('receive.set', peerId).at(-1)

describe('how a learner receives', () => {
  test('is everything, until they choose; the node is told, and every page of theirs', async () => {
    const { learning } = await aClass()
    expect(learning.joined.receiving).toEqual({
      wanted: 'full',
      mode: 'full',
      reason: 'chosen',
      budgetBytes: null,
      usedBytes: 0,
    })
    expect(node.asked('peer.create', learning.peerId)[0]).toMatchObject({ receive: { mode: 'full' } })
    expect(await choose(learning, 'saver')).toMatchObject({ wanted: 'saver', mode: 'saver' })
    await until('the node knows', () => toldRule(learning.peerId)?.mode === 'saver')
    await learning.socket.heard('receiving.changed', (r) => r.mode === 'saver')
  })

  test('is remembered for their next class, on whichever device and server, but not its budget', async () => {
    const { sessionId, asha, learning } = await aClass()
    await choose(learning, 'voice', 50 * MB)
    const next = await newClass(one.db, mentor, [asha])
    const { joined, peerId } = await join(one, asha, next)
    expect(joined.receiving).toMatchObject({ wanted: 'voice', mode: 'voice', budgetBytes: null })
    expect(node.asked('peer.create', peerId)[0]).toMatchObject({ receive: { mode: 'voice' } })
    const back = await join(one, asha, sessionId)
    expect(back.joined.receiving).toMatchObject({ mode: 'voice', budgetBytes: 50 * MB })
  })
})

test('the server that a learner came back to decides, not the one where their dead socket still is', async () => {
  const { sessionId, asha, learning } = await aClass()
  await choose(learning, 'full', 100 * MB)
  await until('the node knows', () => (toldRule(learning.peerId)?.maxBitrate ?? 0) > 0)
  const back = await join(one, asha, sessionId, learning.peerId)
  await choose(back, 'voice', 90 * MB)
  await until('the node knows', () => toldRule(learning.peerId)?.mode === 'voice')
  const before = node.asked('receive.set', learning.peerId).length
  for (const mb of [20, 40]) {
    node.measures(sessionId, [{ peerId: learning.peerId, bytesOut: mb * MB }])
    await back.socket.heard('receiving.changed', (r) => r.usedBytes === mb * MB)
  }
  const later = node.asked('receive.set', learning.peerId).slice(before)
  expect(later.filter((rule) => rule.mode !== 'voice')).toEqual([])
})

describe('the data of a class', () => {
  test('is counted over devices, reconnects and servers, once each', async () => {
    const { sessionId, asha, teaching, learning } = await aClass()
    await choose(learning, 'full', 100 * MB)
    const used = ({ socket }: Seated, bytes: number) =>
      socket.heard('receiving.changed', (r) => r.usedBytes === bytes, 25_000)
    node.measures(sessionId, [{ peerId: learning.peerId, bytesIn: 1 * MB, bytesOut: 4 * MB }])
    await used(learning, 5 * MB)
    learning.socket.ws.terminate()
    const back = await join(one, asha, sessionId, learning.peerId)
    expect(back).toMatchObject({ peerId: learning.peerId, joined: { media: null } })
    node.measures(sessionId, [{ peerId: learning.peerId, bytesIn: 2 * MB, bytesOut: 4 * MB }])
    await used(back, 6 * MB)
    const second = await join(two, asha, sessionId)
    node.measures(sessionId, [{ peerId: second.peerId, bytesIn: 0, bytesOut: 3 * MB }])
    await used(second, 9 * MB)
    expect(second.socket.all('receiving.changed').every((r) => r.usedBytes <= 9 * MB)).toBe(true)
    expect(teaching.socket.all('receiving.changed')).toEqual([])
  }, 60_000)

  test('is kept when they leave', async () => {
    const { sessionId, asha, learning } = await aClass()
    await choose(learning, 'full', 100 * MB)
    node.measures(sessionId, [{ peerId: learning.peerId, bytesOut: 7 * MB }])
    const kept = async () => {
      const rows = await one.db
        .selectFrom('data_use')
        .select('bytes')
        .where('account_id', '=', asha.userId)
        .execute()
      return rows.map((row) => Number(row.bytes))
    }
    await learning.socket.heard('receiving.changed', (r) => r.usedBytes === 7 * MB)
    await learning.socket.request('room.leave', {})
    await until('it is kept', async () => (await kept())[0] === 7 * MB)
    expect((await join(one, asha, sessionId)).joined.receiving.usedBytes).toBe(7 * MB)
  })
})

describe('a budget', () => {
  test('that cannot be kept otherwise steps down to Voice, tells the learner why, and when it is used up', async () => {
    const { sessionId, learning } = await aClass()
    const answer = await choose(learning, 'full', 1 * MB)
    expect(answer).toMatchObject({ wanted: 'full', mode: 'voice', reason: 'budget', budgetBytes: 1 * MB })
    await until('the node knows', () => toldRule(learning.peerId)?.mode === 'voice')
    node.measures(sessionId, [{ peerId: learning.peerId, bytesOut: 2 * MB }])
    const over = await learning.socket.heard('receiving.changed', (r) => r.usedBytes === 2 * MB)
    expect(over).toMatchObject({ mode: 'voice', reason: 'budget', budgetBytes: 1 * MB })
  })

  test('is overridden by the learner’s own choice for this class, also after they come back elsewhere', async () => {
    const { sessionId, asha, learning } = await aClass()
    await choose(learning, 'full', 1 * MB)
    expect(await choose(learning, 'full', 1 * MB)).toMatchObject({ mode: 'full', reason: 'chosen' })
    await until('the node knows', () => toldRule(learning.peerId)?.mode === 'full')
    learning.socket.ws.terminate()
    const back = await join(one, asha, sessionId, learning.peerId)
    expect(back.joined.receiving).toMatchObject({ mode: 'full', reason: 'chosen', budgetBytes: 1 * MB })
    expect(await choose(back, 'full', 1 * MB)).toMatchObject({ mode: 'voice', reason: 'budget' })
    const next = await join(one, asha, await newClass(one.db, mentor, [asha]))
    expect(next.joined.receiving).toMatchObject({ mode: 'full', reason: 'chosen', budgetBytes: null })
  })

  test('limits the mode in force before anything was measured', async () => {
    const { learning } = await aClass()
    await choose(learning, 'full', 200 * MB)
    await until('the node knows', () => (toldRule(learning.peerId)?.maxBitrate ?? 0) > 0)
    // 200 MB over the hour that the class has left.
    expect(toldRule(learning.peerId)).toMatchObject({ mode: 'full', maxBitrate: 440_000 })
  })
})
