import { randomUUID } from 'node:crypto'
import type { ClientInput, ClientMethod } from '@peerlearn/contract/client-channel'
import { roomMessages } from '@peerlearn/contract/rooms'
import { beforeAll, describe, expect, test } from 'vitest'
import { join, newClass, view, type Seated } from './factories-rooms.ts'
import { startServer, type Person, type TestServer, type TestSocket } from './harness.ts'
import { startSfu } from './real-sfu.ts'
import { dtlsParameters, parametersFor } from './room-parameters.ts'

let server: TestServer
let mentor: Person, asha: Person
let sessionId: string
let teaching: Seated
let producerId: string

beforeAll(async () => {
  const sfu = await startSfu()
  server = await startServer({ env: { SFU_URLS: sfu.url } })
  mentor = await server.person({ roles: ['mentor'] })
  asha = await server.person()
  sessionId = await newClass(server.db, mentor, [asha])
  teaching = await join(server, mentor, sessionId)
  producerId = await teaching.sends('microphone')
})

type RoomMethod = Extract<ClientMethod, keyof typeof roomMessages>
type Inputs = { [M in RoomMethod]: ClientInput<M> }

/** Every message of a room as its rightful sender would send it in this class, with the mentor's ids. */
function inputs(): Inputs {
  const transportId = teaching.joined.media?.send.id ?? ''
  const consumerId = teaching.joined.media?.consumers[0]?.consumerId ?? randomUUID()
  return {
    'room.prepare': { sessionId },
    'room.join': { sessionId, rtpCapabilities: {}, view, resume: teaching.peerId },
    'media.rejoin': { rtpCapabilities: {}, view },
    'media.move': { rtpCapabilities: {}, view },
    'media.moved': {},
    'room.leave': {},
    'room.end': {},
    'hand.raise': {},
    'hand.lower': { userId: mentor.userId },
    'chat.send': { text: 'hello', clientId: randomUUID() },
    'peer.mute': { userId: mentor.userId },
    'peer.remove': { userId: asha.userId },
    'transport.connect': { transportId, dtlsParameters },
    'transport.restart-ice': { transportId },
    'producer.create': {
      transportId,
      kind: 'audio',
      source: 'microphone',
      rtpParameters: parametersFor('microphone'),
    },
    'producer.pause': { producerId },
    'producer.resume': { producerId },
    'producer.close': { producerId },
    'consumer.resume': { consumerIds: [consumerId] },
    'view.set': { tiles: [{ producerId, width: 100, height: 100 }] },
    'receive.set': { mode: 'full', budgetBytes: null },
    'link.report': { way: null, rttMs: null, lossDown: null, concealed: null, steps: [] },
    'stage.invite': { userId: asha.userId },
    'stage.leave': {},
  }
}

/** method → the code of its refusal, or `done`. */
async function codes(socket: TestSocket, methods: RoomMethod[]): Promise<Record<string, string>> {
  const all = inputs()
  const answers: Record<string, string> = {}
  for (const method of methods) {
    const answer = await socket.ask(method, all[method])
    answers[method] = answer.ok ? 'done' : answer.error.code
  }
  return answers
}

const methods = Object.keys(roomMessages) as RoomMethod[]
const joining = ['room.prepare', 'room.join'] as const
const inRoom = methods.filter((method) => !joining.some((j) => j === method))
const expected = (before: string, inside: string) => ({
  ...Object.fromEntries(joining.map((method) => [method, before])),
  ...Object.fromEntries(inRoom.map((method) => [method, inside])),
})

describe('no message of a room is open to', () => {
  const strangers: [string, () => Promise<Person>][] = [
    ['a learner without a booking', () => server.person()],
    ['another mentor', () => server.person({ roles: ['mentor'] })],
    ['an admin', () => server.person({ roles: ['admin'] })],
    [
      'a learner whose seat is held and not paid',
      async () => {
        const person = await server.person()
        await server.db
          .insertInto('booking')
          .values({
            id: randomUUID(),
            session_id: sessionId,
            session_capacity: 10,
            learner_id: person.userId,
            buyer_id: person.userId,
            seat: 9,
            status: 'held',
            price_paise: 100,
            held_until: new Date(Date.now() + 60_000),
          })
          .execute()
        return person
      },
    ],
  ]
  test.each(strangers)('%s', async (_, who) => {
    const socket = await server.connect(await who())
    expect(await codes(socket, methods)).toEqual(expected('not-booked', 'not-in-room'))
  })

  test('a learner with a seat who has not joined, but for coming in', async () => {
    const socket = await server.connect(asha)
    const answers = await codes(socket, inRoom)
    expect(new Set(Object.values(answers))).toEqual(new Set(['not-in-room']))
  })

  test('somebody in another class who names this one’s ids', async () => {
    const other = await server.person({ roles: ['mentor'] })
    const elsewhere = await newClass(server.db, other, [])
    const { socket } = await join(server, other, elsewhere)
    const naming = [
      'transport.connect',
      'transport.restart-ice',
      'producer.create',
      'producer.pause',
    ] as const
    const more = ['producer.resume', 'producer.close', 'peer.mute'] as const
    const answers = await codes(socket, [...naming, ...more])
    expect(new Set(Object.values(answers))).toEqual(new Set(['not-found']))
    expect(await codes(socket, ['consumer.resume', 'view.set'])).toEqual({
      'consumer.resume': 'done',
      'view.set': 'done',
    })
    expect(teaching.socket.all('producer.closed')).toEqual([])
    expect(teaching.socket.all('producer.paused')).toEqual([])
  })
})

test('what only the mentor may do is forbidden to a learner in the room', async () => {
  const { socket } = await join(server, asha, sessionId)
  expect(await codes(socket, ['room.end', 'peer.mute', 'peer.remove', 'hand.lower'])).toEqual({
    'room.end': 'forbidden',
    'peer.mute': 'forbidden',
    'peer.remove': 'forbidden',
    'hand.lower': 'forbidden',
  })
})

test('who loses the seat while in the room can do nothing more there', async () => {
  const carl = await server.person()
  const session = await newClass(server.db, mentor, [carl])
  const { socket } = await join(server, carl, session)
  await server.db
    .updateTable('booking')
    .set({ seat: null, status: 'cancelled' })
    .where('learner_id', '=', carl.userId)
    .execute()
  const answers = await codes(socket, inRoom)
  expect(new Set(Object.values(answers))).toEqual(new Set(['not-booked']))
})

test('a peer of somebody else is not resumed', async () => {
  const carl = await server.person()
  const session = await newClass(server.db, mentor, [carl])
  const { peerId } = await join(server, mentor, session)
  const seated = await join(server, carl, session, peerId)
  expect(seated.peerId).not.toBe(peerId)
  expect(seated.joined.media).not.toBe(null)
})

test('a class that was cancelled says so', async () => {
  const session = await newClass(server.db, mentor, [asha], { open: false, status: 'cancelled' })
  const socket = await server.connect(asha)
  const answer = await socket.ask('room.prepare', { sessionId: session })
  expect(answer).toMatchObject({ ok: false, error: { code: 'session-cancelled' } })
  expect(await socket.ask('room.prepare', { sessionId: randomUUID() })).toMatchObject({
    error: { code: 'not-found' },
  })
})
