/** Coming back to one’s seat: from another tab, or after the socket went away. */
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { join, newClass, refusal, until, view } from './factories-rooms.ts'
import { startServer } from './harness.ts'
import { startRooms, type Rooms } from './real-class.ts'
import { startSfu } from './real-sfu.ts'

let server: Rooms['server']
let mentor: Rooms['mentor']
let asha: Rooms['asha']
let aClass: Rooms['aClass']
let joinsAndLeaves: Rooms['joinsAndLeaves']

beforeAll(async () => {
  ;({ server, mentor, asha, aClass, joinsAndLeaves } = await startRooms())
})

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
