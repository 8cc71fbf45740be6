import { randomUUID } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { SfuNode, type RoomHeard, type SfuNodeOptions } from '../src/sfu/sfu-client.ts'
import { startFakeSfu, type FakeSfu } from './fake-sfu.ts'

const secret = 'a-secret-of-this-test-alone'
const log = pino({ level: 'silent' })
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options?: { port?: number; claims?: string }): Promise<FakeSfu> {
  const fake = await startFakeSfu(secret, options)
  closing.push(() => fake.close())
  return fake
}

function connect(url: string, options: Partial<SfuNodeOptions> = {}): SfuNode {
  const node = new SfuNode({ url, secret, log, ...options })
  closing.push(() => node.close())
  return node
}

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )

const roomId = randomUUID()
const peer = { roomId, peerId: randomUUID() }

describe('a media node’s control channel', () => {
  test('answers a request that was asked before the channel was open', async () => {
    const fake = await start()
    const node = connect(fake.url)
    expect(await node.request('peer.close', peer)).toEqual({})
    expect(node.up).toBe(true)
    expect(node.nodeId).toBe('fake')
  })

  test('hands on what the node refuses, with its code', async () => {
    const fake = await start()
    fake.answer('producer.pause', () => {
      throw new AppError('not-found', 'There is no such producer.')
    })
    const node = connect(fake.url)
    expect(await refusal(node.request('producer.pause', { ...peer, producerId: 'x' }))).toBe('not-found')
  })

  test('gives up a request that hangs, and the next one still works', async () => {
    const fake = await start()
    fake.answer('peer.release', () => new Promise(() => undefined))
    const node = connect(fake.url, { limitMs: 200 })
    expect(await refusal(node.request('peer.release', peer))).toBe('media-unavailable')
    expect(await node.request('peer.close', peer)).toEqual({})
  })

  test('never trusts a node that does not know the secret', async () => {
    const fake = await start({ claims: 'another-secret-altogether' })
    const node = connect(fake.url, { limitMs: 300 })
    expect(await refusal(node.request('peer.close', peer))).toBe('media-unavailable')
    expect(node.up).toBe(false)
    expect(fake.heard).toEqual([])
  })

  test('an answer that is not of the contract is our fault, not the person’s', async () => {
    const fake = await start()
    fake.answer('peer.resume', () => ({ found: 'perhaps', consumers: [] }))
    const node = connect(fake.url)
    expect(await refusal(node.request('peer.resume', peer))).toMatch(/not of the contract/)
  })

  test('comes back to a node that was restarted, and says so', async () => {
    const fake = await start()
    const node = connect(fake.url)
    const [up, down] = [vi.fn(), vi.fn()]
    node.onUp(up)
    node.onDown(down)
    await vi.waitUntil(() => node.up)
    await fake.close()
    await vi.waitUntil(() => !node.up)
    await start({ port: fake.port })
    await vi.waitUntil(() => node.up, 5_000)
    expect(up).toHaveBeenCalledTimes(2)
    expect(down).toHaveBeenCalledTimes(1)
  })

  test('drops a node that says nothing any more', async () => {
    const fake = await start()
    const node = connect(fake.url, { silenceMs: 150 })
    const down = vi.fn()
    node.onDown(down)
    await vi.waitUntil(() => node.up)
    fake.hang()
    await vi.waitUntil(() => down.mock.calls.length > 0, 3_000)
  })

  test('a notice reaches its room alone', async () => {
    const fake = await start()
    const node = connect(fake.url)
    const mine: RoomHeard[] = []
    const other: RoomHeard[] = []
    node.onRoom(roomId, (heard) => mine.push(heard))
    node.onRoom(randomUUID(), (heard) => other.push(heard))
    await vi.waitUntil(() => node.up)
    fake.tell('peer.closed', { ...peer, reason: 'unclaimed' })
    await vi.waitUntil(() => mine.length > 0)
    expect(mine).toEqual([{ name: 'peer.closed', data: { ...peer, reason: 'unclaimed' } }])
    expect(other).toEqual([])
  })

  test.each(['not json', '{"event":"no.such","data":{}}', '{"event":"peer.closed","data":{"roomId":1}}'])(
    'closes a channel that says %s, and opens it again',
    async (text) => {
      const fake = await start()
      const node = connect(fake.url)
      const up = vi.fn()
      await vi.waitUntil(() => node.up)
      node.onUp(up)
      fake.sendRaw(text)
      await vi.waitUntil(() => up.mock.calls.length > 0, 3_000)
    },
  )
})
