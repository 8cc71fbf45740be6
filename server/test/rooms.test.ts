import { randomUUID } from 'node:crypto'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, describe, expect, test } from 'vitest'
import { findRoomEvents } from '../src/room-events.ts'
import { newBooking } from './factories.ts'
import { join, newClass, refusal, until, view } from './factories-rooms.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu } from './real-sfu.ts'
import { dtlsParameters, parametersFor } from './room-parameters.ts'

let server: TestServer
let mentor: Person, asha: Person, bela: Person

beforeAll(async () => {
  const sfu = await startSfu()
  server = await startServer({ env: { SFU_URLS: sfu.url, TURN_URLS: 'turn:{host}:3478' } })
  mentor = await server.person({ roles: ['mentor'], name: 'Mira' })
  asha = await server.person({ name: 'Asha' })
  bela = await server.person({ name: 'Bela' })
})

/** Mira teaches, Asha is there, Bela has a seat. */
async function aClass() {
  const sessionId = await newClass(server.db, mentor, [asha, bela])
  const teaching = await join(server, mentor, sessionId)
  const learning = await join(server, asha, sessionId)
  return { sessionId, teaching, learning }
}

const kinds = async (sessionId: string) =>
  (await findRoomEvents(server.db, sessionId)).map((event) => event.kind)

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
    const joined = await page.request('room.join', { sessionId, rtpCapabilities, view })
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

describe('in class', () => {
  test('hands are in the order of raising, and the mentor may lower anybody’s', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const other = await join(server, bela, sessionId)
    await other.socket.request('hand.raise', {})
    await learning.socket.request('hand.raise', {})
    await learning.socket.request('hand.raise', {})
    expect(await refusal(learning.socket, 'hand.lower', { userId: bela.userId })).toBe('forbidden')
    const late = await join(server, mentor, sessionId)
    expect(late.joined.state.hands).toEqual([bela.userId, asha.userId])
    await late.socket.request('hand.lower', { userId: bela.userId })
    await other.socket.heard('hand.lowered', (e) => e.data.userId === bela.userId)
    await learning.socket.request('hand.lower', {})
    await teaching.socket.heard('hand.raised', (e) => e.data.userId === asha.userId)
    expect((await kinds(sessionId)).filter((kind) => kind.startsWith('hand'))).toEqual([
      'hand.raised',
      'hand.raised',
      'hand.lowered',
      'hand.lowered',
    ])
  })

  test('who comes late reads what was said; a retry says nothing twice', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const line = { text: 'Is this a bowline?', clientId: randomUUID() }
    const said = await learning.socket.request('chat.send', line)
    expect(await learning.socket.request('chat.send', line)).toEqual(said)
    const half = { text: 'half a \ud83d', clientId: randomUUID() }
    expect(await refusal(learning.socket, 'chat.send', half)).toBe('bad-input')
    await teaching.socket.request('chat.send', { text: 'It is.', clientId: randomUUID() })
    await teaching.socket.heard('chat.message', (e) => e.data.text === 'It is.')
    const { joined } = await join(server, bela, sessionId)
    expect(joined.state.chat.map(({ name, text }) => [name, text])).toEqual([
      ['Asha', 'Is this a bowline?'],
      ['Mira', 'It is.'],
    ])
    expect(teaching.socket.all('chat.message').map((e) => e.seq)).toEqual([said.seq, said.seq + 1])
  })

  test('fifty lines at once are all said, in one order for everybody', async () => {
    const { teaching, learning } = await aClass()
    const say = (page: typeof teaching.socket, i: number) =>
      page.request('chat.send', { text: `line ${i}`, clientId: randomUUID() })
    const said = Array.from({ length: 50 }, (_, i) => say(i % 2 ? teaching.socket : learning.socket, i))
    await Promise.all(said)
    const heard = ({ socket: page }: typeof teaching) => page.all('chat.message').map((e) => e.data.text)
    await until('all lines are heard', () => heard(teaching).length === 50 && heard(learning).length === 50)
    expect(heard(teaching)).toEqual(heard(learning))
  })

  test('the mentor closes a microphone; its owner may open it again', async () => {
    const { teaching, learning } = await aClass()
    const producerId = await learning.sends('microphone')
    await teaching.socket.heard('producer.opened')
    await teaching.socket.request('peer.mute', { userId: asha.userId })
    await learning.socket.heard('peer.muted', (e) => e.data.userId === asha.userId)
    await teaching.socket.heard('producer.paused', (p) => p.producerId === producerId)
    await learning.socket.request('producer.resume', { producerId })
    await teaching.socket.heard('producer.resumed', (p) => p.producerId === producerId)
    expect(await refusal(teaching.socket, 'peer.mute', { userId: randomUUID() })).toBe('not-found')
  })

  test('who is removed is out at once, and for good', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const camera = await learning.sends('camera')
    await teaching.socket.heard('producer.opened')
    await teaching.socket.request('peer.remove', { userId: asha.userId })
    await learning.socket.heard('room.removed', (r) => r.sessionId === sessionId)
    await teaching.socket.heard('producer.closed', (p) => p.producerId === camera)
    expect(await refusal(learning.socket, 'hand.raise', {})).toBe('removed')
    expect(await refusal(learning.socket, 'room.prepare', { sessionId })).toBe('removed')
    const again = await server.connect(asha)
    const { rtpCapabilities } = await teaching.socket.request('room.prepare', { sessionId })
    for (const resume of [undefined, learning.peerId])
      expect(
        await refusal(again, 'room.join', { sessionId, rtpCapabilities, view, ...(resume && { resume }) }),
      ).toBe('removed')
    expect(await refusal(teaching.socket, 'peer.remove', { userId: mentor.userId })).toBe('forbidden')
  })

  test('who leaves is gone, and may come back', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await learning.socket.request('hand.raise', {})
    await learning.socket.request('room.leave', {})
    const left = await teaching.socket.heard('peer.left')
    expect(left.data).toEqual({ userId: asha.userId, peerId: learning.peerId, reason: 'left' })
    expect(await refusal(learning.socket, 'hand.raise', {})).toBe('not-in-room')
    const back = await join(server, asha, sessionId)
    expect(back.joined.state.hands).toEqual([])
  })

  test('the mentor ends it for all', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await teaching.socket.request('room.end', {})
    await learning.socket.heard('room.closed')
    await learning.socket.heard('session.ended')
    expect(await refusal(learning.socket, 'chat.send', { text: 'wait', clientId: randomUUID() })).toBe(
      'session-ended',
    )
    expect(await refusal(learning.socket, 'room.prepare', { sessionId })).toBe('session-ended')
    const { status } = await server.db
      .selectFrom('session')
      .select('status')
      .where('id', '=', sessionId)
      .executeTakeFirstOrThrow()
    expect(status).toBe('ended')
  })

  test('the session’s page can end it too', async () => {
    const { sessionId, learning, teaching } = await aClass()
    await server.api(sessionRoutes.end, { params: { id: sessionId }, body: {} }, mentor)
    await Promise.all([learning, teaching].map(({ socket }) => socket.heard('room.closed')))
    expect(await refusal(learning.socket, 'hand.raise', {})).toBe('session-ended')
  })

  test('coming into another class leaves the first', async () => {
    const { teaching, learning } = await aClass()
    const second = await newClass(server.db, mentor, [asha])
    const { rtpCapabilities } = await learning.socket.request('room.prepare', { sessionId: second })
    await learning.socket.request('room.join', { sessionId: second, rtpCapabilities, view })
    await teaching.socket.heard('peer.left', (e) => e.data.peerId === learning.peerId)
  })

  test('a camera that is too many is refused, and harms nothing', async () => {
    const { learning, teaching } = await aClass()
    await learning.sends('camera')
    await expect(learning.sends('screen')).rejects.toThrow('limit-reached')
    await teaching.sends('camera')
    await teaching.sends('screen')
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

test('parameters are handed on under the sender’s own peer alone', async () => {
  const { learning, teaching } = await aClass()
  const producerId = await teaching.sends('microphone')
  const transportId = teaching.joined.media?.send.id ?? ''
  const rtpParameters = parametersFor('microphone')
  const { socket: page } = learning
  expect(await refusal(page, 'transport.connect', { transportId, dtlsParameters })).toBe('not-found')
  expect(await refusal(page, 'transport.restart-ice', { transportId })).toBe('not-found')
  const wish = { transportId, kind: 'audio', source: 'microphone', rtpParameters } as const
  expect(await refusal(page, 'producer.create', wish)).toBe('not-found')
  expect(await refusal(page, 'producer.pause', { producerId })).toBe('not-found')
  expect(await refusal(page, 'producer.resume', { producerId })).toBe('not-found')
  expect(await refusal(page, 'producer.close', { producerId })).toBe('not-found')
})
