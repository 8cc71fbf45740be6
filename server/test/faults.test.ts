import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeKey } from '@peerlearn/contract/node-stats'
import { Redis } from 'ioredis'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startFakeSfu, type FakeSfu } from './fake-sfu.ts'
import { join, newClass, refusal, until, view, type Seated } from './factories-rooms.ts'
import { makeTemplate, startPostgres, template, type TestPostgres } from './harness-postgres.ts'
import { startRedis } from './harness-redis.ts'
import { closeLater, startServer, testConfig, type Person, type TestServer } from './harness.ts'
import { startSfu } from './real-sfu.ts'
import { dtlsParameters } from './room-parameters.ts'

const health = async ({ url }: TestServer, page: 'live' | 'ready') =>
  (await fetch(`${url}/health/${page}`)).status
const line = (text = 'Can you hear me?') => ({ text, clientId: randomUUID() })

async function aClass(server: TestServer, mentor: Person, asha: Person) {
  const sessionId = await newClass(server.db, mentor, [asha])
  return {
    sessionId,
    teaching: await join(server, mentor, sessionId),
    learning: await join(server, asha, sessionId),
  }
}

const hears = ({ socket }: Seated, text: string, ms?: number) =>
  socket.heard('chat.message', (e) => e.data.text === text, ms)

describe('Redis gone, and back empty', () => {
  test('classes and their words go on, nothing says not ready, and all is as before soon after', async () => {
    const redis = await startRedis()
    const sfu = await startSfu()
    const env = { SFU_URLS: sfu.url, REDIS_URL: redis.url }
    const server = await startServer({ env })
    const other = await startServer({ env })
    const [mentor, asha] = [await server.person({ roles: ['mentor'] }), await server.person()]
    const { teaching, learning, sessionId } = await aClass(server, mentor, asha)
    await redis.stop()
    await teaching.socket.request('chat.send', line('one'))
    await hears(learning, 'one', 1_000)
    const camera = await teaching.sends('camera')
    await learning.socket.heard('producer.opened', (p) => p.producerId === camera)
    server.bus.publish(`user:${asha.userId}`, { event: 'system.alert', data: 'said to a person' })
    await learning.socket.heard('system.alert', () => true, 1_000)
    expect([await health(server, 'live'), await health(server, 'ready')]).toEqual([200, 200])
    const late = await join(other, asha, sessionId, learning.peerId)
    await startRedis(Number(new URL(redis.url).port))
    await until(
      'words reach the other server',
      async () => {
        const text = randomUUID()
        await teaching.socket.request('chat.send', line(text))
        await hears(late, text, 200).catch(() => undefined)
        return late.socket.all('chat.message').some((e) => e.data.text === text)
      },
      5_000,
    )
  })
})

test('a server that stops sends its people away one after another, and serves those whom it did not send yet', async () => {
  const server = await startServer()
  const people = await Promise.all(Array.from({ length: 12 }, () => server.person()))
  const sockets = await Promise.all(people.map((person) => server.connect(person)))
  const goneAt: number[] = []
  const ends = sockets.map(async ({ closed }) => {
    const { code } = await closed
    goneAt.push(performance.now())
    return code
  })
  const stopped = server.close()
  const last = sockets.at(-1)!
  // Refused because it is no admin: somebody still answers.
  expect(await refusal(last, 'admin.watch', {})).toBe('forbidden')
  expect(new Set(await Promise.all(ends))).toEqual(new Set([1012]))
  await stopped
  expect(goneAt.at(-1)! - goneAt[0]!).toBeGreaterThan(100)
})

describe('nodes that register themselves', () => {
  test('are found, go when they are silent and not registered, and stay while they answer', async () => {
    const redis = await startRedis()
    const client = new Redis(redis.url)
    const node = await startFakeSfu(testConfig().SFU_SECRET, { info: { nodeId: 'registered' } })
    const server = await startServer({ env: { SFU_URLS: '', REDIS_URL: redis.url } })
    onTestFinished(async () => {
      client.disconnect()
      await server.close()
      await node.close()
    })
    expect(await health(server, 'ready')).toBe(503)
    await client.set(nodeKey('registered'), JSON.stringify(node.info))
    await until('it is ready', async () => (await health(server, 'ready')) === 200)
    await client.del(nodeKey('registered'))
    await client.set(nodeKey('broken'), 'no entry')
    await sleep(3_000) // longer than it takes to read the registry again
    expect(await health(server, 'ready')).toBe(200)
    await node.close()
    await until('it is gone', async () => (await health(server, 'ready')) === 503)
  })
})

test('a server that could not read the registry yet takes no node for lost that it does not know', async () => {
  const redis = await startRedis()
  await redis.stop()
  const node = await startFakeSfu(testConfig().SFU_SECRET, { info: { nodeId: 'known' } })
  const server = await startServer({ env: { SFU_URLS: node.url, REDIS_URL: redis.url } })
  onTestFinished(async () => {
    await server.close()
    await node.close()
  })
  const mentor = await server.person({ roles: ['mentor'] })
  const sessionId = await newClass(server.db, mentor, [])
  const rows = async () =>
    (await server.db.selectFrom('room_node').select('node_id').where('session_id', '=', sessionId).execute())
      .map((row) => row.node_id)
      .sort()
      .join()
  await server.db.insertInto('room_node').values({ session_id: sessionId, node_id: 'unknown' }).execute()
  await join(server, mentor, sessionId)
  await sleep(6_000) // longer than a node may be unheard of
  expect(await rows()).toBe('known,unknown')
  await startRedis(Number(new URL(redis.url).port))
  await until('the registry does not know it either', async () => (await rows()) === 'known', 15_000)
})

describe('Postgres restarted in class', () => {
  let postgres: TestPostgres
  let node: FakeSfu
  let server: TestServer
  let mentor: Person, asha: Person

  beforeAll(async () => {
    postgres = await startPostgres()
    closeLater(() => postgres.remove())
    await makeTemplate(postgres.url)
    node = await startFakeSfu(testConfig().SFU_SECRET)
    closeLater(() => node.close())
    server = await startServer({ env: { SFU_URLS: node.url }, databaseUrl: `${postgres.url}/${template}` })
    mentor = await server.person({ roles: ['mentor'] })
    asha = await server.person()
  })

  test('people keep their media, words wait, and what was said meanwhile is written once', async () => {
    const { teaching, learning, sessionId } = await aClass(server, mentor, asha)
    const stranger = await server.connect(asha)
    await postgres.stop()
    await sleep(3_100) // past the time for which a login is taken as read
    const media = { transportId: 'any', dtlsParameters }
    expect(await refusal(learning.socket, 'transport.connect', media)).toBe(undefined)
    expect(await refusal(learning.socket, 'view.set', { tiles: [] })).toBe(undefined)
    expect(await refusal(stranger, 'view.set', { tiles: [] })).toBe('not-ready')
    expect(await refusal(stranger, 'room.join', { sessionId, rtpCapabilities: {}, view })).toBe('not-ready')
    const said = line('while it was away')
    expect(await refusal(learning.socket, 'chat.send', said)).toBe('not-ready')
    expect(await refusal(teaching.socket, 'peer.mute', { userId: asha.userId })).toBe('not-ready')
    expect(await health(server, 'live')).toBe(200)
    await postgres.start()
    await until(
      'it is written',
      async () => (await refusal(learning.socket, 'chat.send', said)) === undefined,
    )
    await learning.socket.request('chat.send', said)
    await hears(teaching, said.text)
    expect(teaching.socket.all('chat.message').filter((e) => e.data.text === said.text)).toHaveLength(1)
    expect(teaching.socket.all('peer.left')).toEqual([])
  })

  test('in the midst of many words no server falls', async () => {
    const { teaching, learning } = await aClass(server, mentor, asha)
    const lines = Array.from({ length: 60 }, (_, i) => line(`line ${i}`))
    const say = async (said: (typeof lines)[number]) =>
      until('said', async () => (await refusal(learning.socket, 'chat.send', said)) === undefined, 20_000)
    const all = Promise.all(lines.map(say))
    await sleep(30)
    await postgres.stop()
    await postgres.start()
    await all
    const heard = () => teaching.socket.all('chat.message').map((e) => e.data.text)
    await until('all are heard', () => new Set(heard()).size === lines.length)
    expect(heard()).toHaveLength(lines.length)
  })
})
