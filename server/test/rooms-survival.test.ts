/** A server or a media node that goes in class: the room is there again, and who does not come back has left. */
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { LiveRooms } from '../src/rooms/live-rooms.ts'
import { SfuPool } from '../src/sfu/sfu-pool.ts'
import { startFakeSfu } from './fake-sfu.ts'
import { join, refusal, send, until, view } from './factories-rooms.ts'
import { closeLater, openDb, startServer } from './harness.ts'
import { setup, startRooms, type Rooms } from './real-class.ts'
import { startSfu } from './real-sfu.ts'
import { createLog } from '../src/log.ts'

let sfu: Rooms['sfu']
let server: Rooms['server']
let mentor: Rooms['mentor']
let asha: Rooms['asha']
let aClass: Rooms['aClass']
let joinsAndLeaves: Rooms['joinsAndLeaves']

beforeAll(async () => {
  ;({ sfu, server, mentor, asha, aClass, joinsAndLeaves } = await startRooms())
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
