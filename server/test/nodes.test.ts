import { randomUUID } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startFakeSfu, type FakeSfu } from './fake-sfu.ts'
import { join, newClass, refusal, until, view, type Seated } from './factories-rooms.ts'
import { startServer, testConfig, type Person, type TestServer, type TestSocket } from './harness.ts'
import { freePort } from './harness-ports.ts'

/** Nodes without media: what is looked at is where a server puts people. Real ones: nodes-real.test.ts. */
const start = (nodeId: string, wish: { port?: number; info?: Partial<NodeInfo> } = {}) =>
  startFakeSfu(testConfig().SFU_SECRET, { ...wish, info: { nodeId, ...wish.info } })

let one: FakeSfu, two: FakeSfu
let server: TestServer
let mentor: Person, asha: Person, bela: Person
let admin: TestSocket

beforeAll(async () => {
  const ports = [await freePort(), await freePort()]
  const env = { SFU_URLS: ports.map((port) => `ws://127.0.0.1:${port}`).join(',') }
  server = await startServer({ env })
  mentor = await server.person({ roles: ['mentor'] })
  asha = await server.person()
  bela = await server.person()
  admin = await server.connect(await server.person({ roles: ['admin'] }))
  portOf = { one: ports[0]!, two: ports[1]! }
})
let portOf: { one: number; two: number }

beforeEach(async () => {
  one = await start('one', { port: portOf.one })
  two = await start('two', { port: portOf.two, info: { load: 0.5 } })
  onTestFinished(async () => void (await Promise.all([one.close(), two.close()])))
  await until('both nodes answer', () => one.connections() > 0 && two.connections() > 0)
  await becomes(one, {})
  await becomes(two, {})
})

const rowsOf = async (sessionId: string) =>
  (await server.db.selectFrom('room_node').select('node_id').where('session_id', '=', sessionId).execute())
    .map((row) => row.node_id)
    .sort()

/** The node says that it is so now, and the server has heard it. */
async function becomes(node: FakeSfu, changed: Partial<NodeInfo>): Promise<void> {
  node.measure(changed)
  const heard = async () =>
    (await admin.request('admin.watch', {})).nodes.find((n) => n.nodeId === node.info.nodeId)
  await until('the server has heard it', async () => {
    const known = await heard()
    return known?.load === node.info.load && (known.draining !== null) === node.info.draining
  })
}

async function aClass() {
  const sessionId = await newClass(server.db, mentor, [asha, bela])
  const teaching = await join(server, mentor, sessionId)
  return { sessionId, teaching }
}

const rejoin = ({ socket }: Seated) => socket.request('media.rejoin', { rtpCapabilities: {}, view })
const move = ({ socket }: Seated) => socket.request('media.move', { rtpCapabilities: {}, view })
const links = (node: FakeSfu, roomId: string) =>
  node.heard
    .flatMap(({ method, data }) =>
      method === 'room.link' ? [data as { roomId: string; nodes: unknown[] }] : [],
    )
    .filter((data) => data.roomId === roomId)

describe('where newcomers go', () => {
  test('a room begins on the least loaded node, and stays on it while that has room', async () => {
    const { sessionId, teaching } = await aClass()
    const learning = await join(server, asha, sessionId)
    expect(one.peersOf(sessionId).sort()).toEqual([teaching.peerId, learning.peerId].sort())
    expect(two.peersOf(sessionId)).toEqual([])
    expect(await rowsOf(sessionId)).toEqual(['one'])
    expect(links(one, sessionId).flatMap(({ nodes }) => nodes)).toEqual([])
  })

  test('once it is full the room spills to another, and both are told of each other', async () => {
    const { sessionId } = await aClass()
    await becomes(one, { load: 1 })
    const learning = await join(server, asha, sessionId)
    expect(two.peersOf(sessionId)).toEqual([learning.peerId])
    expect(await rowsOf(sessionId)).toEqual(['one', 'two'])
    await until('they are linked', () => links(one, sessionId).length > 0 && links(two, sessionId).length > 0)
    expect(links(one, sessionId).at(-1)?.nodes).toEqual([{ nodeId: 'two', url: two.url }])
    expect(links(two, sessionId).at(-1)?.nodes).toEqual([{ nodeId: 'one', url: one.url }])
  })

  test('a node that refuses because it is full is no reason to refuse anybody', async () => {
    const { sessionId } = await aClass()
    one.answer('peer.create', () => {
      throw new AppError('media-full', 'This node is full.')
    })
    const learning = await join(server, asha, sessionId)
    expect(two.peersOf(sessionId)).toEqual([learning.peerId])
  })

  test('when nobody has room it is said at once, and nobody has joined', async () => {
    const { sessionId, teaching } = await aClass()
    await becomes(one, { load: 1 })
    await becomes(two, { load: 1 })
    const page = await server.connect(asha)
    const begun = Date.now()
    const answer = await page.ask('room.join', { sessionId, rtpCapabilities: {}, view })
    expect(Date.now() - begun).toBeLessThan(1_000)
    expect(answer).toMatchObject({ ok: false, error: { code: 'media-full' } })
    expect(teaching.socket.all('peer.joined').map((e) => e.data.userId)).not.toContain(asha.userId)
    await becomes(two, { load: 0.2 })
    await until('there is room again', async () => {
      const code = await refusal(page, 'room.join', { sessionId, rtpCapabilities: {}, view })
      return code === undefined
    })
  })
})

describe('a node that is lost', () => {
  test('killed: its people make their media anew on another within 8 s, with the same seats', async () => {
    const { sessionId, teaching } = await aClass()
    const learning = await join(server, asha, sessionId)
    const begun = Date.now()
    await one.close()
    for (const seated of [teaching, learning]) {
      await seated.socket.heard('media.lost', () => true, 8_000)
      await rejoin(seated)
    }
    expect(Date.now() - begun).toBeLessThan(8_000)
    expect(two.peersOf(sessionId).sort()).toEqual([teaching.peerId, learning.peerId].sort())
    expect(await rowsOf(sessionId)).toEqual(['two'])
    expect(teaching.socket.all('peer.left')).toEqual([])
  })

  test('hung: its people are elsewhere within 8 s, and what it kept is closed when it speaks again', async () => {
    const { sessionId, teaching } = await aClass()
    const { port } = one
    const begun = Date.now()
    one.hang()
    await teaching.socket.heard('media.lost', () => true, 8_000)
    await rejoin(teaching)
    expect(Date.now() - begun).toBeLessThan(8_000)
    await one.close()
    one = await start('one', { port })
    await until('it is told to close them', () =>
      one.heard.some(
        (h) => h.method === 'peer.close' && (h.data as { peerId: string }).peerId === teaching.peerId,
      ),
    )
    expect(two.peersOf(sessionId)).toEqual([teaching.peerId])
  })

  test('since the room was last used: who looks in, or comes in, does not notice', async () => {
    const sessionId = await newClass(server.db, mentor, [asha])
    await server.db.insertInto('room_node').values({ session_id: sessionId, node_id: 'gone' }).execute()
    const page = await server.connect(asha)
    expect(await refusal(page, 'room.prepare', { sessionId })).toBe(undefined)
    const teaching = await join(server, mentor, sessionId)
    expect(one.peersOf(sessionId)).toEqual([teaching.peerId])
    await until('it is forgotten', async () => (await rowsOf(sessionId)).join() === 'one')
  })

  test('alone: it is waited for, and its people come back to it', async () => {
    const port = await freePort()
    const lone = await start('lone', { port })
    const other = await startServer({ env: { SFU_URLS: lone.url } })
    onTestFinished(() => other.close())
    const sessionId = await newClass(other.db, mentor, [asha])
    const teaching = await join(other, mentor, sessionId)
    await lone.close()
    await until('it is away', async () => (await fetch(`${other.url}/health/ready`)).status === 503)
    expect(teaching.socket.all('media.lost')).toEqual([])
    const again = await start('lone', { port })
    onTestFinished(() => again.close())
    await teaching.socket.heard('media.lost')
    await rejoin(teaching)
    expect(again.peersOf(sessionId)).toEqual([teaching.peerId])
  })
})

describe('a node that is emptied', () => {
  test('its people are asked to move, the old media go on until the new flow, and the room leaves it', async () => {
    const { sessionId, teaching } = await aClass()
    const learning = await join(server, asha, sessionId)
    await becomes(one, { draining: true })
    for (const seated of [teaching, learning]) await seated.socket.heard('media.moving')
    const moved = await move(teaching)
    expect(moved.media.send.id).not.toBe(teaching.joined.media?.send.id)
    expect(one.peersOf(sessionId)).toContain(teaching.peerId)
    expect(two.peersOf(sessionId)).toEqual([teaching.peerId])
    await teaching.socket.request('media.moved', {})
    await until('the old are closed', () => !one.peersOf(sessionId).includes(teaching.peerId))
    await move(learning)
    await learning.socket.request('media.moved', {})
    await until('the room has left it', async () => (await rowsOf(sessionId)).join() === 'two')
    await until('nobody is told of it there', () =>
      one.heard.some(
        (h) => h.method === 'room.detach' && (h.data as { roomId: string }).roomId === sessionId,
      ),
    )
    expect(teaching.socket.all('media.lost')).toEqual([])
    expect(teaching.socket.all('peer.left')).toEqual([])
  })

  test('taken back, nobody who has not begun is asked any more, and newcomers go there again', async () => {
    const { sessionId, teaching } = await aClass()
    await becomes(one, { draining: true })
    await teaching.socket.heard('media.moving')
    const asked = teaching.socket.all('media.moving').length
    await becomes(one, { draining: false })
    const learning = await join(server, asha, sessionId)
    expect(one.peersOf(sessionId)).toContain(learning.peerId)
    expect(teaching.socket.all('media.moving')).toHaveLength(asked)
  })

  test('with nowhere to go nobody is moved, and newcomers still come in', async () => {
    const { sessionId, teaching } = await aClass()
    await becomes(two, { load: 1 })
    await becomes(one, { draining: true })
    const learning = await join(server, asha, sessionId)
    expect(one.peersOf(sessionId)).toContain(learning.peerId)
    expect(teaching.socket.all('media.moving')).toEqual([])
    await becomes(two, { load: 0 })
    await teaching.socket.heard('media.moving')
  })

  test('a page whose socket was away meanwhile is asked when it is back', async () => {
    const { sessionId, teaching } = await aClass()
    teaching.socket.ws.terminate()
    await becomes(one, { draining: true })
    const back = await join(server, mentor, sessionId, teaching.peerId)
    expect(back.joined.media).toBe(null)
    await back.socket.heard('media.moving')
    await move(back)
    expect(two.peersOf(sessionId)).toEqual([teaching.peerId])
  })

  test('messages about the old media and the new find their node', async () => {
    const { sessionId, teaching } = await aClass()
    const old = randomUUID()
    const notThere = () => {
      throw new AppError('not-found', 'There is no such producer.')
    }
    two.answer('producer.pause', notThere)
    await becomes(one, { draining: true })
    await teaching.socket.heard('media.moving')
    await move(teaching)
    await teaching.socket.request('producer.pause', { producerId: old })
    expect(one.heard.at(-1)).toMatchObject({ method: 'producer.pause', data: { roomId: sessionId } })
    await teaching.socket.request('view.set', { tiles: [] })
    for (const node of [one, two])
      await until('both have the view', () => node.heard.some((h) => h.method === 'view.set'))
  })
})
