import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { findRoomEvents } from '../src/room-events.ts'
import { LiveRooms } from '../src/rooms/live-rooms.ts'
import { SfuPool } from '../src/sfu/sfu-pool.ts'
import { startFakeSfu } from './fake-sfu.ts'
import { join, newClass, refusal, send, until, view } from './factories-rooms.ts'
import { closeLater, openDb, startServer, type Person, type TestServer } from './harness.ts'
import { startSfu, type RealSfu } from './real-sfu.ts'
import { dtlsParameters } from './room-parameters.ts'
import { createLog } from '../src/log.ts'

let sfu: RealSfu
let server: TestServer
let mentor: Person, asha: Person

beforeAll(async () => {
  sfu = await startSfu()
  server = await startServer({ env: { SFU_URLS: sfu.url } })
  mentor = await server.person({ roles: ['mentor'], name: 'Mira' })
  asha = await server.person({ name: 'Asha' })
})

const transport = (id: string) => ({
  id,
  iceParameters: { usernameFragment: 'u', password: 'p' },
  iceCandidates: [],
  dtlsParameters,
})
const setup = { send: transport('send'), recv: transport('recv'), consumers: [] }

async function aClass(at = server) {
  const sessionId = await newClass(at.db, mentor, [asha])
  const teaching = await join(at, mentor, sessionId)
  const learning = await join(at, asha, sessionId)
  return { sessionId, teaching, learning }
}

const joinsAndLeaves = async (sessionId: string) =>
  (await findRoomEvents(server.db, sessionId)).filter(({ kind }) => kind.startsWith('peer.'))

describe('a second tab', () => {
  test('takes the seat over with its place and its hand; the first is told, and silent from then on', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const camera = await learning.sends('camera')
    await teaching.socket.heard('producer.opened')
    await learning.socket.request('hand.raise', {})
    const second = await join(server, asha, sessionId)
    await learning.socket.heard('room.replaced', (r) => r.sessionId === sessionId)
    await teaching.socket.heard('producer.closed', (p) => p.producerId === camera)
    expect(second.joined.state.hands).toEqual([asha.userId])
    expect(second.joined.state.people.map((p) => p.peerId)).toEqual([teaching.peerId, second.peerId])
    expect(second.joined.media?.consumers).toEqual([])
    expect(await refusal(learning.socket, 'hand.lower', {})).toBe('replaced')
    expect((await joinsAndLeaves(sessionId)).map((e) => e.kind)).toEqual(Array(3).fill('peer.joined'))
    learning.socket.close()
    await learning.socket.closed
    await second.sends('camera')
  })

  test('of two that come at once, one has the seat in the end, and the other knows', async () => {
    const sessionId = await newClass(server.db, mentor, [asha])
    await join(server, mentor, sessionId)
    const first = await server.connect(asha)
    const sockets = [first, await server.connect(asha)]
    const { rtpCapabilities } = await first.request('room.prepare', { sessionId })
    const codes = await Promise.all(
      sockets.map((socket) => refusal(socket, 'room.join', { sessionId, rtpCapabilities, view })),
    )
    await until('one of them is told', () =>
      sockets.some((s, i) => codes[i] === 'replaced' || s.all('room.replaced').length > 0),
    )
    const raised = await Promise.all(sockets.map((socket) => refusal(socket, 'hand.raise', {})))
    expect(raised.filter((code) => code === undefined)).toHaveLength(1)
  })
})

describe('a socket that went away', () => {
  test('comes back to the same peer: nobody left, media go on, and what opened meanwhile is told', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const microphone = await learning.sends('microphone')
    await teaching.socket.heard('producer.opened')
    learning.socket.ws.terminate()
    const { peerId } = learning
    await teaching.socket.heard(
      'peer.connection',
      (c) => c.peerId === peerId && c.connection === 'reconnecting',
    )
    const camera = await teaching.sends('camera')
    await teaching.socket.request('chat.send', { text: 'Asha?', clientId: randomUUID() })
    const back = await join(server, asha, sessionId, peerId)
    expect(back.joined).toMatchObject({ peerId, media: null })
    expect(back.joined.state.chat.map((line) => line.text)).toEqual(['Asha?'])
    expect(back.joined.producers.map((p) => p.producerId).sort()).toEqual([microphone, camera].sort())
    await back.socket.heard('consumer.opened', (c) => c.producerId === camera)
    await back.socket.request('producer.pause', { producerId: microphone })
    await teaching.socket.heard('producer.paused', (p) => p.producerId === microphone)
    expect((await joinsAndLeaves(sessionId)).map((e) => e.kind)).toEqual(['peer.joined', 'peer.joined'])
  })

  test('and does not come back in a minute has left, as lost', async () => {
    const hasty = await startSfu({ graceSeconds: 1 })
    const other = await startServer({ env: { SFU_URLS: hasty.url } })
    const { teaching, learning, sessionId } = await aClass(other)
    learning.socket.ws.terminate()
    const left = await teaching.socket.heard('peer.left')
    expect(left.data).toEqual({ userId: asha.userId, peerId: learning.peerId, reason: 'lost' })
    const back = await join(other, asha, sessionId, learning.peerId)
    expect(back.peerId).not.toBe(learning.peerId)
    expect(back.joined.media).not.toBe(null)
    await hasty.close()
  })

  test('and finds its seat taken over by another tab is told so, and takes nothing back', async () => {
    const { sessionId, teaching, learning } = await aClass()
    learning.socket.ws.terminate()
    await teaching.socket.heard('peer.connection', (c) => c.connection === 'reconnecting')
    const second = await join(server, asha, sessionId)
    await expect(join(server, asha, sessionId, learning.peerId)).rejects.toMatchObject({ code: 'replaced' })
    expect(await refusal(second.socket, 'hand.raise', {})).toBe(undefined)
    expect(second.socket.all('room.replaced')).toEqual([])
  })

  test('comes back to a long chat without its whole length', async () => {
    const { sessionId, learning } = await aClass()
    const lines = Array.from({ length: 60 }, (_, i) => `${i} ${'क'.repeat(1_990)}`)
    for (const text of lines) await learning.socket.request('chat.send', { text, clientId: randomUUID() })
    const back = await join(server, asha, sessionId, learning.peerId)
    const chat = back.joined.state.chat.map((line) => line.text)
    expect(chat.length).toBeGreaterThan(40)
    expect(chat.join('').length).toBeLessThanOrEqual(100_000)
    expect(chat).toEqual(lines.slice(-chat.length))
  })

  test('is no other tab when it asks again for the seat that it has just taken', async () => {
    const { sessionId, learning } = await aClass()
    const { rtpCapabilities } = await learning.socket.request('room.prepare', { sessionId })
    const asked = { sessionId, rtpCapabilities, view, resume: randomUUID() }
    expect(await learning.socket.request('room.join', asked)).toMatchObject({ peerId: learning.peerId })
  })

  test('because its person signed out has left at once, and its media are closed', async () => {
    const carl = await server.person()
    const sessionId = await newClass(server.db, mentor, [carl])
    const teaching = await join(server, mentor, sessionId)
    const learning = await join(server, carl, sessionId)
    const camera = await learning.sends('camera')
    await server.db
      .updateTable('login')
      .set({ ended_at: new Date() })
      .where('id', '=', carl.loginId)
      .execute()
    const { code } = await learning.socket.closed
    expect(code).toBe(4403)
    await teaching.socket.heard('peer.left', (e) => e.data.peerId === learning.peerId)
    await teaching.socket.heard('producer.closed', (p) => p.producerId === camera)
  })
})

describe('a server that goes in class', () => {
  test('and another on the same database has the same room, and its people go on', async () => {
    const first = await startServer({ env: { SFU_URLS: sfu.url } })
    const { sessionId, teaching, learning } = await aClass(first)
    const camera = await teaching.sends('camera')
    await teaching.socket.request('chat.send', { text: 'Welcome', clientId: randomUUID() })
    await learning.socket.request('hand.raise', {})
    const before = (await join(first, asha, sessionId, learning.peerId)).joined.state
    await first.close()
    const second = await startServer({ env: { SFU_URLS: sfu.url } })
    const [mira, back] = await Promise.all([
      join(second, mentor, sessionId, teaching.peerId),
      join(second, asha, sessionId, learning.peerId),
    ])
    expect(back.joined.state).toEqual(before)
    expect(back.joined).toMatchObject({ peerId: learning.peerId, media: null })
    expect(back.joined.producers.map((p) => p.producerId)).toEqual([camera])
    await mira.socket.request('hand.lower', { userId: asha.userId })
    await back.socket.heard('hand.lowered')
    expect((await joinsAndLeaves(sessionId)).map((e) => e.kind)).toEqual(['peer.joined', 'peer.joined'])
  })

  test('without anybody coming back ends in everybody having left', async () => {
    const hasty = await startSfu({ graceSeconds: 1 })
    const first = await startServer({ env: { SFU_URLS: hasty.url } })
    const { sessionId } = await aClass(first)
    await first.close()
    await startServer({ env: { SFU_URLS: hasty.url } })
    const reasons = async () =>
      (await joinsAndLeaves(sessionId)).flatMap((e) => (e.kind === 'peer.left' ? [e.data.reason] : []))
    await until('both have left', async () => (await reasons()).length === 2)
    expect(await reasons()).toEqual(['lost', 'lost'])
    await hasty.close()
  })

  test('together with the media node: those who were there have left after the grace', async () => {
    const node = await startSfu()
    const first = await startServer({ env: { SFU_URLS: node.url } })
    const { sessionId } = await aClass(first)
    await Promise.all([first.close(), node.close()])
    const again = await startSfu({ port: node.port })
    const log = createLog('silent')
    const pool = new SfuPool({ urls: [again.url], secret: server.config.SFU_SECRET, log })
    const db = await openDb()
    const rooms = new LiveRooms({ db, bus: server.bus, pool, log, graceMs: 300, reconcileMs: 50 })
    const close = closeLater(async () => {
      await rooms.close()
      pool.close()
    })
    const left = async () => (await joinsAndLeaves(sessionId)).filter((e) => e.kind === 'peer.left').length
    await until('both have left', async () => (await left()) === 2)
    await rooms.reconcile()
    expect(await left()).toBe(2)
    await close()
  })
})

describe('a media node that goes in class', () => {
  test('and comes back: everybody is asked to make their media anew, and nobody has left', async () => {
    const node = await startSfu()
    const other = await startServer({ env: { SFU_URLS: node.url } })
    const { sessionId, teaching, learning } = await aClass(other)
    await teaching.sends('camera')
    await node.close()
    await until('the server noticed', async () => (await fetch(`${other.url}/health/ready`)).status === 503)
    await learning.socket.request('chat.send', { text: 'No picture', clientId: randomUUID() })
    await startSfu({ port: node.port })
    await Promise.all([teaching, learning].map(({ socket }) => socket.heard('media.lost', () => true)))
    const { rtpCapabilities } = await teaching.socket.request('room.prepare', { sessionId })
    const mine = await teaching.socket.request('media.rejoin', { rtpCapabilities, view })
    const theirs = await learning.socket.request('media.rejoin', { rtpCapabilities, view })
    expect(theirs).toMatchObject({ producers: [], media: { consumers: [] } })
    const camera = await send(teaching.socket, mine.media.send.id, 'camera')
    await learning.socket.heard('consumer.opened', (c) => c.producerId === camera)
    expect((await joinsAndLeaves(sessionId)).map((e) => e.kind)).toEqual(['peer.joined', 'peer.joined'])
  })

  test('without a word (it hangs): media are refused in time, and the class goes on talking', async () => {
    const node = await startFakeSfu(server.config.SFU_SECRET)
    node.answer('room.attach', () => ({ rtpCapabilities: {}, peers: [], codecs: [] }))
    node.answer('peer.create', () => setup)
    const other = await startServer({ env: { SFU_URLS: node.url } })
    const { teaching, learning } = await aClass(other)
    const hanging = () => new Promise(() => undefined)
    node.answer('producer.close', hanging)
    const asked = refusal(learning.socket, 'producer.close', { producerId: 'any' })
    await teaching.socket.request('chat.send', { text: 'Still here', clientId: randomUUID() })
    await learning.socket.heard('chat.message', (e) => e.data.text === 'Still here')
    expect(await asked).toBe('media-unavailable')
    const admin = await other.connect(await other.person({ roles: ['admin'] }))
    await node.close()
    await admin.heard('system.alert', (alert) => alert.message.includes('does not answer'))
  })

  test('with one worker only: it is told at once, and its people come back to another', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await teaching.sends('camera')
    const admin = await server.connect(await server.person({ roles: ['admin'] }))
    await admin.request('admin.watch', {})
    const { nodes } = await admin.heard('admin.live', (live) => live.nodes[0]?.workers[0] !== undefined)
    process.kill(nodes[0]!.workers[0]!.pid, 'SIGKILL')
    await Promise.all([teaching, learning].map(({ socket }) => socket.heard('media.lost', () => true, 2_000)))
    const { rtpCapabilities } = await teaching.socket.request('room.prepare', { sessionId })
    const mine = await teaching.socket.request('media.rejoin', { rtpCapabilities, view })
    const camera = await send(teaching.socket, mine.media.send.id, 'camera')
    const theirs = await learning.socket.request('media.rejoin', { rtpCapabilities, view })
    expect(theirs.media.consumers.map((c) => c.producerId)).toEqual([camera])
    expect(theirs.producers.map((p) => p.producerId)).toEqual([camera])
  })
})
