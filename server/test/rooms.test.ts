/** Coming into a room, and what admins see of rooms. */
import { beforeAll, describe, expect, test } from 'vitest'
import { findRoomEvents } from '../src/room-events.ts'
import { newBooking } from './factories.ts'
import { join, newClass, refusal, until, view } from './factories-rooms.ts'
import { startRooms, type Rooms } from './real-class.ts'
import { parametersFor } from './room-parameters.ts'

let server: Rooms['server']
let mentor: Rooms['mentor']
let asha: Rooms['asha']
let bela: Rooms['bela']
let aClass: Rooms['aClass']
let kinds: Rooms['kinds']

beforeAll(async () => {
  ;({ server, mentor, asha, bela, aClass, kinds } = await startRooms({ TURN_URLS: 'turn:{host}:3478' }))
})

describe('coming in', () => {
  test('the mentor’s coming opens the room; a learner before is told that it is not open', async () => {
    const sessionId = await newClass(server.db, mentor, [asha], { open: false })
    const page = await server.connect(asha)
    const green = await page.request('room.prepare', { sessionId })
    expect(green).toMatchObject({
      open: false,
      viewOnly: false,
      people: 0,
      mentorName: 'Mira',
      you: { name: 'Asha', role: 'learner' },
    })
    const { rtpCapabilities } = green
    expect(await refusal(page, 'room.join', { sessionId, rtpCapabilities, view })).toBe('not-open')
    await join(server, mentor, sessionId)
    await page.heard('session.started', (s) => s.sessionId === sessionId)
    expect(await page.request('room.prepare', { sessionId })).toMatchObject({ people: 1, elsewhere: false })
    const joined = await page.request('room.join', { sessionId, rtpCapabilities, view })
    const second = await server.connect(asha)
    expect(await second.request('room.prepare', { sessionId })).toMatchObject({ people: 1, elsewhere: true })
    expect(joined.state.people.map((p) => p.name)).toEqual(['Mira', 'Asha'])
    expect(await kinds(sessionId)).toEqual(['room.opened', 'peer.joined', 'peer.joined'])
  })

  test('everybody there is told, and the newcomer gets what is sent already', async () => {
    const { sessionId, teaching } = await aClass()
    const microphone = await teaching.sends('microphone')
    const { joined, socket: page } = await join(server, bela, sessionId)
    expect(joined.producers.map((p) => p.producerId)).toEqual([microphone])
    expect(joined.media?.consumers.map((c) => c.producerId)).toEqual([microphone])
    expect(joined.iceServers[0]?.urls).toEqual(['turn:localhost:3478'])
    await teaching.socket.heard('peer.joined', (e) => e.data.userId === bela.userId)
    const camera = await teaching.sends('camera')
    await page.heard('consumer.opened', (c) => c.producerId === camera)
    await page.heard('producer.opened', (p) => p.producerId === camera)
  })

  test('a newcomer hears no event twice and misses none, however many come at once', async () => {
    const learners = await Promise.all(Array.from({ length: 8 }, () => server.person()))
    const sessionId = await newClass(server.db, mentor, learners)
    await join(server, mentor, sessionId)
    const seated = await Promise.all(learners.map((learner) => join(server, learner, sessionId)))
    const last = (await findRoomEvents(server.db, sessionId)).at(-1)?.seq ?? 0
    for (const { socket: page, joined } of seated) {
      const seqs = () => page.all('peer.joined').map((event) => event.seq)
      const expected = Array.from({ length: last - joined.state.seq }, (_, i) => joined.state.seq + 1 + i)
      await until('all later events are told', () => seqs().length >= expected.length)
      expect(seqs()).toEqual(expected)
    }
  })

  test('refuses a learner while the room holds as many as it has seats; the mentor’s place is beside them', async () => {
    const sessionId = await newClass(server.db, mentor, [asha], { capacity: 1 })
    await join(server, asha, sessionId)
    await server.db
      .updateTable('booking')
      .set({ seat: null, status: 'cancelled' })
      .where('session_id', '=', sessionId)
      .execute()
    await newBooking(server.db, { sessionId, learnerId: bela.userId })
    const { socket } = await join(server, mentor, sessionId)
    const { rtpCapabilities } = await socket.request('room.prepare', { sessionId })
    const page = await server.connect(bela)
    expect(await refusal(page, 'room.join', { sessionId, rtpCapabilities, view })).toBe('room-full')
    await socket.request('peer.remove', { userId: asha.userId })
    expect(await refusal(page, 'room.join', { sessionId, rtpCapabilities, view })).toBe(undefined)
  })

  test('a join that is sent twice on one socket takes one place', async () => {
    const { sessionId, learning, teaching } = await aClass()
    const { rtpCapabilities } = await learning.socket.request('room.prepare', { sessionId })
    const again = await learning.socket.request('room.join', { sessionId, rtpCapabilities, view })
    expect(again.peerId).toBe(learning.peerId)
    expect(again.media?.send.id).not.toBe(learning.joined.media?.send.id)
    expect(learning.socket.all('room.replaced')).toEqual([])
    expect(teaching.socket.all('peer.joined')).toHaveLength(1)
    const sent = { transportId: again.media?.send.id ?? '', kind: 'audio', source: 'microphone' } as const
    await learning.socket.request('producer.create', { ...sent, rtpParameters: parametersFor('microphone') })
  })
})

describe('live for admins', () => {
  test('an admin sees the rooms with their people and streams, and no green room as one', async () => {
    const { sessionId, teaching } = await aClass()
    await teaching.sends('camera')
    const admin = await server.person({ roles: ['admin'] })
    const page = await server.connect(admin)
    await page.request('admin.watch', {})
    const { at, rooms, nodes } = await page.heard('admin.live', (live) =>
      live.rooms.some((r) => r.sessionId === sessionId && r.people === 2 && r.producers === 1),
    )
    expect(rooms.find((r) => r.sessionId === sessionId)).toMatchObject({
      title: 'Reading a balance sheet',
      mentorName: 'Mira',
      consumers: 1,
      nodeIds: ['test-node'],
    })
    expect(nodes).toMatchObject([{ nodeId: 'test-node', up: true, workers: [{}] }])
    const early = await newClass(server.db, mentor, [], { open: false })
    await teaching.socket.request('room.prepare', { sessionId: early })
    const later = await page.heard('admin.live', (live) => live.at > at)
    expect(later.rooms.map((r) => r.sessionId)).not.toContain(early)
    expect(await refusal(teaching.socket, 'admin.watch', {})).toBe('forbidden')
  })
})
