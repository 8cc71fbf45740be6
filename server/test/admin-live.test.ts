import { adminRoutes, live as liveShape } from '@peerlearn/contract/admin'
import { AppError } from '@peerlearn/contract/errors'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { join, newClass, refusal, until } from './factories-rooms.ts'
import { startFakeSfu, type FakeSfu } from './fake-sfu.ts'
import {
  closeLater,
  startServer,
  testConfig,
  type Person,
  type TestServer,
  type TestSocket,
} from './harness.ts'
import { startRedis } from './harness-redis.ts'
import { nodeStats, peerStats, roomStats, workerStats } from './node-figures.ts'

let node: FakeSfu
let server: TestServer
let mentor: Person, asha: Person, bala: Person, boss: Person
let admin: TestSocket

beforeAll(async () => {
  node = await startFakeSfu(testConfig().SFU_SECRET)
  closeLater(() => node.close())
  server = await startServer({ env: { SFU_URLS: node.url } })
  mentor = await server.person({ roles: ['mentor'], name: 'Meera' })
  asha = await server.person({ name: 'Asha' })
  bala = await server.person({ name: 'Bala' })
  boss = await server.person({ roles: ['admin'] })
  await until('the node is there', () => node.connections() > 0)
})

beforeEach(async () => {
  admin = await server.connect(boss)
})

/** Mentor and two learners in a class; the node says that they are on its worker 7. */
async function aClass() {
  const sessionId = await newClass(server.db, mentor, [asha, bala])
  const seats = [
    await join(server, mentor, sessionId),
    await join(server, asha, sessionId),
    await join(server, bala, sessionId),
  ]
  for (const { peerId } of seats)
    node.tell('peer.connection', { roomId: sessionId, peerId, connection: 'connected' })
  const tellStats = (wish: Parameters<typeof nodeStats>[0] = {}) =>
    node.tell(
      'node.stats',
      nodeStats({
        load: 0.25,
        workers: [workerStats({ pid: 7, cpu: 0.25, consumers: 6, bitsIn: 2e6, bitsOut: 4e6, pipes: 2 })],
        rooms: [
          roomStats({ roomId: sessionId, peers: 3, cpu: 0.2, consumers: 6, bitsIn: 2e6, bitsOut: 4e6 }),
        ],
        peers: seats.map(({ peerId }) => peerStats({ roomId: sessionId, peerId, worker: 7, lossIn: 0.1 })),
        ...wish,
      }),
    )
  return { sessionId, seats, tellStats }
}

async function auditOfNodes() {
  const rows = await server.db
    .selectFrom('audit_event')
    .select(['subject', 'action', 'actor_id'])
    .where('subject', 'like', 'node:%')
    .orderBy('seq')
    .execute()
  return rows.map(({ subject, action, actor_id }) => [subject, action, actor_id])
}

describe('an admin sees', () => {
  test('nodes, workers, rooms and people by name, as the node measured them, within two seconds', async () => {
    const { sessionId, tellStats } = await aClass()
    await admin.request('admin.watch', {})
    tellStats()
    const told = performance.now()
    const live = await admin.heard('admin.live', ({ rooms }) => rooms.some((r) => r.sessionId === sessionId))
    expect(performance.now() - told).toBeLessThan(2_000)
    expect(liveShape.parse(live)).toEqual(live)
    expect(live.nodes).toMatchObject([
      {
        nodeId: 'fake',
        up: true,
        people: 3,
        load: 0.25,
        headroom: 9,
        draining: null,
        workers: [{ pid: 7, pipes: 2 }],
      },
    ])
    const room = live.rooms.find((r) => r.sessionId === sessionId)
    expect(room).toMatchObject({ mentorName: 'Meera', people: 3, cpu: 0.2, bitsOut: 4e6, nodeIds: ['fake'] })
    expect(room?.lossIn).toBeCloseTo(0.1)
    expect(live.people.map(({ name, role, worker }) => [name, role, worker]).sort()).toEqual([
      ['Asha', 'learner', 7],
      ['Bala', 'learner', 7],
      ['Meera', 'mentor', 7],
    ])
  })

  test('how long joins took, who comes through TURN, and how often media were brought back', async () => {
    const { sessionId, seats, tellStats } = await aClass()
    const report = { rttMs: 40, lossDown: 0, concealed: 0 }
    const [, first, second] = seats
    const steps = [
      { step: 'ice' as const, ms: 1_200, fault: 'network' as const },
      { step: 'socket' as const, ms: 90, fault: 'server' as const },
    ]
    await first!.socket.request('link.report', { ...report, way: 'turn-tls', steps })
    await second!.socket.request('link.report', { ...report, way: 'udp', steps: [] })
    tellStats()
    await admin.request('admin.watch', {})
    const live = await admin.heard('admin.live', ({ people }) =>
      people.some((person) => person.sessionId === sessionId && person.way === 'turn-tls'),
    )
    const room = live.rooms.find((r) => r.sessionId === sessionId)
    expect(room).toMatchObject({ turnShare: 0.5, joins: 3, failed: 0, reconnects: 1 })
    expect(room?.p50Ms).toBeGreaterThanOrEqual(0)
    expect(room?.p95Ms).toBeLessThan(10_000)
  })

  test('joins that we refused', async () => {
    const sessionId = await newClass(server.db, mentor, [asha])
    const before = await admin.request('admin.watch', {})
    node.answer('peer.create', () => {
      throw new AppError('media-full', 'Full.')
    })
    const socket = await server.connect(mentor)
    const view = { videos: 9 }
    expect(await refusal(socket, 'room.join', { sessionId, rtpCapabilities: {}, view })).toBe('media-full')
    await admin.heard('admin.live', ({ failed }) => failed === before.failed + 1)
  })

  test('the last hour, which the live view goes on with', async () => {
    await admin.request('admin.watch', {})
    const { sample } = await admin.heard('admin.live', (live) => live.sample !== null, 15_000)
    const { everySeconds, samples } = await server.api(adminRoutes.history, {}, boss)
    expect(everySeconds).toBe(10)
    expect(samples).toContainEqual(sample)
  })
})

describe('emptying a node', () => {
  test('is asked of the node, told with its progress, and taken back', async () => {
    await server.api(adminRoutes.drain, { params: { id: 'fake' } }, boss)
    expect(node.heard).toContainEqual({ method: 'node.drain', data: { draining: true } })
    await admin.request('admin.watch', {})
    node.tell('node.stats', nodeStats({ draining: true }))
    const { nodes } = await admin.heard('admin.live', (live) => live.nodes[0]?.draining != null)
    expect(nodes[0]).toMatchObject({ headroom: 0, draining: { people: 0, blocked: false } })
    await server.api(adminRoutes.undrain, { params: { id: 'fake' } }, boss)
    expect(node.heard).toContainEqual({ method: 'node.drain', data: { draining: false } })
  })

  test('and taking it back stand in the audit with who did it; what was refused does not', async () => {
    const other = await server.person({ roles: ['admin'] })
    await server.api(adminRoutes.drain, { params: { id: 'fake' } }, other)
    await server.api(adminRoutes.undrain, { params: { id: 'fake' } }, boss)
    await server.api(adminRoutes.drain, { params: { id: 'elsewhere' } }, boss).catch(() => undefined)
    expect((await auditOfNodes()).slice(-2)).toEqual([
      ['node:fake', 'node.drain-begun', other.userId],
      ['node:fake', 'node.drain-taken-back', boss.userId],
    ])
  })

  test('of a node that nobody knows is refused', async () => {
    const asked = server.api(adminRoutes.drain, { params: { id: 'elsewhere' } }, boss)
    await expect(asked).rejects.toMatchObject({ code: 'not-found', status: 404 })
  })

  test('is an admin’s alone', async () => {
    for (const person of [mentor, asha]) {
      const asked = server.api(adminRoutes.drain, { params: { id: 'fake' } }, person)
      await expect(asked).rejects.toMatchObject({ code: 'forbidden' })
    }
  })
})

test('of two servers one tells that a node is lost, once, and once that it is back', async () => {
  const redis = await startRedis()
  const lost = await startFakeSfu(testConfig().SFU_SECRET, { info: { nodeId: 'sfu-lost' } })
  const env = { SFU_URLS: lost.url, REDIS_URL: redis.url }
  const [one, two] = [await startServer({ env }), await startServer({ env })]
  const away = await one.person({ roles: ['admin'] })
  const sockets = [await one.connect(boss), await two.connect(boss)]
  await until('both know the node', () => lost.connections() === 2)
  await lost.close()
  for (const socket of sockets)
    await socket.heard('system.alert', ({ message }) => message.includes('sfu-lost does not answer'), 15_000)
  const { alerts } = await sockets[1]!.request('admin.watch', {})
  expect(alerts).toMatchObject([{ key: 'node-lost sfu-lost', level: 'error' }])
  const again = await startFakeSfu(testConfig().SFU_SECRET, { port: lost.port, info: { nodeId: 'sfu-lost' } })
  closeLater(() => again.close())
  for (const socket of sockets) {
    await socket.heard('system.alert', ({ message }) => message.includes('is back'), 15_000)
    expect(socket.all('system.alert')).toHaveLength(2)
  }
  const kept = async () => (await two.api(notificationRoutes.notifications, { query: {} }, away)).items
  await until('both are kept for an admin who is away', async () => (await kept()).length === 2)
  expect((await kept()).map(({ title, message, link }) => [title, message, link])).toEqual([
    ['That is over', 'The media node sfu-lost is back.', '/admin'],
    ['Classes need your help now', expect.stringContaining('sfu-lost does not answer'), '/admin'],
  ])
  const mails = await two.db
    .selectFrom('mail')
    .select('subject')
    .where('account_id', '=', away.userId)
    .execute()
  expect(mails.map(({ subject }) => subject).sort()).toEqual(['Classes need your help now', 'That is over'])
})
