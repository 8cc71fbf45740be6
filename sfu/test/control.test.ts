import { once } from 'node:events'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { secret, startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { headersFor, proof, ServerEnd } from './server-end.ts'

let node: NodeUnderTest

beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.close())

async function statusOf(headers: Record<string, string>): Promise<number | undefined> {
  const ws = new WebSocket(`ws://127.0.0.1:${node.port}/`, { headers })
  const [, response] = (await once(ws, 'unexpected-response')) as [unknown, IncomingMessage]
  return response.statusCode
}

/** Sends one text over a fresh channel and returns the code that it is closed with. */
async function closedBy(text: string | Buffer): Promise<number> {
  const { ws } = await node.server()
  ws.send(text)
  const [code] = (await once(ws, 'close')) as [number]
  return code
}

describe('the control channel', () => {
  it('proves to a server that the node knows the secret too', async () => {
    const headers = headersFor(secret)
    const server = await ServerEnd.open(node.port, secret, headers)
    const [nonce = '', time = ''] = Object.values(headers)
    expect(await server.heard('node.hello')).toEqual({
      nodeId: 'node-under-test',
      proof: proof(secret, 'sfu', nonce, time),
    })
    server.close()
  })

  it.each([
    ['nobody in particular', {}],
    ['another secret', headersFor('0'.repeat(32))],
    ['a proof from a minute ago', headersFor(secret, randomUUID(), String(Date.now() - 60_000))],
    ['a clock a minute ahead', headersFor(secret, randomUUID(), String(Date.now() + 60_000))],
    ['a nonce too short to be random', headersFor(secret, 'short')],
    ['a time that is no number', headersFor(secret, randomUUID(), 'NaN')],
  ])('refuses %s', async (_, headers) => {
    expect(await statusOf(headers)).toBe(401)
  })

  it('refuses a proof that was used before', async () => {
    const headers = headersFor(secret)
    const server = await ServerEnd.open(node.port, secret, headers)
    expect(await statusOf(headers)).toBe(401)
    server.close()
  })

  it.each([
    ['what is not JSON', 'hello'],
    ['what is not a request', '{"id":1}'],
    ['a message that does not exist', '{"id":1,"method":"room.haunt","data":{}}'],
    ['a name of every object', '{"id":1,"method":"constructor","data":{}}'],
    ['bytes', Buffer.from('{}')],
  ])('is closed by %s', async (_, text) => {
    expect(await closedBy(text)).toBe(4400)
  })

  it('answers a request outside the contract by naming the field, and goes on', async () => {
    const server = await node.server()
    await expect(server.askAnything('room.attach', { roomId: 'kitchen' })).rejects.toMatchObject({
      code: 'bad-input',
      details: { roomId: expect.any(String) as string },
    })
    await expect(server.askAnything('room.attach', { roomId: randomUUID(), x: 1 })).rejects.toMatchObject({
      code: 'bad-input',
    })
    expect(await server.ask('room.attach', { roomId: randomUUID() })).toMatchObject({ peers: [] })
  })

  it('says not-found for a room that nobody opened', async () => {
    const server = await node.server()
    const of = { roomId: randomUUID(), peerId: randomUUID() }
    await expect(server.ask('consumer.resume', { ...of, consumerIds: [] })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it.each([
    ['/health/live', 200],
    ['/health/ready', 200],
    ['/', 404],
  ])('answers %s with %i', async (path, status) => {
    expect((await fetch(`http://127.0.0.1:${node.port}${path}`)).status).toBe(status)
  })
})
