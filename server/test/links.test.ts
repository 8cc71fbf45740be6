import type { Connection } from '@peerlearn/contract/media'
import { beforeAll, describe, expect, test } from 'vitest'
import { startFakeNode, type FakeNode } from './fake-node.ts'
import { join, newClass, until, type Seated } from './factories-rooms.ts'
import { startRedis } from './harness-redis.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let node: FakeNode
let one: TestServer, two: TestServer
let mentor: Person, asha: Person

beforeAll(async () => {
  const redis = await startRedis()
  node = await startFakeNode()
  const env = { SFU_URLS: node.url, REDIS_URL: redis.url }
  one = await startServer({ env })
  two = await startServer({ env })
  mentor = await one.person({ roles: ['mentor'] })
  asha = await one.person({ name: 'Asha' })
})

/** The mentor on one server, the learner on the other. */
async function aClass() {
  const sessionId = await newClass(one.db, mentor, [asha])
  const teaching = await join(one, mentor, sessionId)
  const learning = await join(two, asha, sessionId)
  const connection = (to: Connection) => node.connects(learning.peerId, to)
  connection('connected')
  return { sessionId, teaching, learning, connection }
}

const good = { way: 'udp' as const, rttMs: 40, lossDown: 0, concealed: 0, steps: [] }
const report = ({ socket }: Seated, change: object = {}) =>
  socket.request('link.report', { ...good, ...change })
const linkHeard = ({ socket }: Seated, quality: string, reason: string) =>
  socket.heard('link.changed', (l) => l.quality === quality && l.reason === reason)

describe('the mentor sees each learner’s link', () => {
  test('with how it is, why, and the mode; nobody else does', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await report(learning)
    const well = await linkHeard(teaching, 'good', 'none')
    expect(well).toMatchObject({ userId: asha.userId, mode: 'full' })
    await teaching.socket.heard('link.changed', (l) => l.way === 'udp' && l.rttMs === 40)
    node.measures(sessionId, [{ peerId: learning.peerId, lossIn: 0.15, rttMs: 60 }])
    expect(await linkHeard(teaching, 'weak', 'loss')).toMatchObject({ lossUp: 0.15 })
    await learning.socket.request('receive.set', { mode: 'voice', budgetBytes: null })
    await teaching.socket.heard('link.changed', (l) => l.mode === 'voice')
    node.measures(sessionId, [{ peerId: learning.peerId, rttMs: 900 }])
    await linkHeard(teaching, 'weak', 'delay')
    node.measures(sessionId, [{ peerId: learning.peerId, rttMs: 60 }])
    await teaching.socket.heard('link.changed', (l) => l.quality === 'good' && l.rttMs === 60)
    expect(learning.socket.all('link.changed')).toEqual([])
    expect(learning.joined.links).toEqual([])
  })

  test('and that it is being mended, with whose fault it is', async () => {
    const { sessionId, teaching, connection } = await aClass()
    connection('reconnecting')
    await linkHeard(teaching, 'reconnecting', 'network')
    connection('connected')
    await linkHeard(teaching, 'good', 'none')
    node.loses(sessionId)
    await linkHeard(teaching, 'reconnecting', 'server')
  })

  test('all at once when they come in or come back', async () => {
    const { sessionId, teaching, learning } = await aClass()
    expect(teaching.joined.links).toEqual([])
    await report(learning, { way: 'turn-tls', lossDown: 0.3 })
    await linkHeard(teaching, 'weak', 'loss')
    const again = await join(one, mentor, sessionId, teaching.peerId)
    const [link, ...others] = again.joined.links
    expect(link).toMatchObject({ userId: asha.userId, quality: 'weak', way: 'turn-tls', lossDown: 0.3 })
    expect(others).toEqual([])
  })

  test('on a server that has just started, as soon as the others have told it', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await report(learning, { way: 'turn-tcp' })
    await teaching.socket.heard('link.changed', (l) => l.way === 'turn-tcp')
    const third = await startServer({ env: { SFU_URLS: node.url, REDIS_URL: one.config.REDIS_URL! } })
    const again = await join(third, mentor, sessionId)
    await again.socket.heard('link.changed', (l) => l.way === 'turn-tcp')
  })

  test('not of somebody who has left', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await report(learning)
    await linkHeard(teaching, 'good', 'none')
    await learning.socket.request('room.leave', {})
    await teaching.socket.heard('peer.left')
    expect((await join(one, mentor, sessionId)).joined.links).toEqual([])
  })
})

test('a report of steps taken is accepted, and one out of bounds is not', async () => {
  const { learning } = await aClass()
  const step = { step: 'ice', ms: 2_400, fault: 'network' }
  await report(learning, { steps: [step] })
  for (const wrong of [{ steps: [{ ...step, ms: -1 }] }, { lossDown: 2 }, { steps: Array(21).fill(step) }])
    await expect(report(learning, wrong)).rejects.toMatchObject({ code: 'bad-input' })
  await until(
    'its socket is open',
    () => !learning.socket.events.some(({ event }) => event === 'room.removed'),
  )
})
