import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { nodeInfo, nodeKey } from '@peerlearn/contract/node-stats'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { until } from './until.ts'

let port: number
let redis: Redis
let server: ChildProcess
let node: NodeUnderTest | undefined

/** A Redis of this test's own, which keeps nothing: from Debian's package redis-server. */
async function startRedis() {
  server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  })
  await once(server, 'spawn')
  await until('Redis answers', () => redis.ping().catch(() => undefined))
}

async function stopRedis() {
  const gone = once(server, 'exit')
  server.kill('SIGKILL')
  await gone
}

beforeAll(async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  port = (probe.address() as AddressInfo).port // it listens on no pipe
  probe.close()
  redis = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  await startRedis()
})
afterAll(async () => {
  redis.disconnect()
  await stopRedis()
})
afterEach(async () => {
  await node?.close()
  node = undefined
})

const entry = async (nodeId: string) => {
  const text = await redis.get(nodeKey(nodeId))
  return text ? nodeInfo.parse(JSON.parse(text)) : undefined
}
const start = async (nodeId: string, more: Record<string, string> = {}) =>
  (node = await startTestNode({
    env: { REDIS_URL: `redis://127.0.0.1:${port}`, SFU_NODE_ID: nodeId, ...more },
  }))

it('tells where it is and how full, until it goes', async () => {
  const started = await start('one', { SFU_REGION: 'mumbai' })
  const told = await until('it is registered', () => entry('one'))
  expect(told).toEqual({
    nodeId: 'one',
    url: `ws://127.0.0.1:${started.port}`,
    region: 'mumbai',
    draining: false,
    until: null,
    load: expect.any(Number) as number,
  })
  expect(await redis.ttl(nodeKey('one'))).toBeGreaterThan(3)
  node!.drain(true)
  const asked = Date.now()
  const emptied = await until('it says that it is being emptied', async () => {
    const now = await entry('one')
    return now?.draining ? now : undefined
  })
  const left = Date.parse(emptied.until ?? '') - asked
  expect(left, 'and by when').toBeGreaterThan(100_000)
  expect(left).toBeLessThanOrEqual(120_000)
  node = undefined
  await started.close()
  expect(await entry('one')).toBeUndefined()
})

it('is told by the address that it was given', async () => {
  await start('two', { SFU_URL: 'wss://sfu-2.example.org/control' })
  const { url } = await until('it is registered', () => entry('two'))
  expect(url).toBe('wss://sfu-2.example.org/control')
})

it('goes on without Redis, and is back when that is, empty', async () => {
  await start('three')
  await until('it is registered', () => entry('three'))
  await stopRedis()
  const control = await node!.server()
  await control.ask('room.attach', { roomId: crypto.randomUUID() })
  await startRedis()
  await until('it is registered again', () => entry('three'), 6_000)
})

it('starts without Redis, and is registered when there is one', async () => {
  await stopRedis()
  await start('four')
  await startRedis()
  await until('it is registered', () => entry('four'), 6_000)
})
