/** Every message × everybody: admitted or refused as the policy table and the room's own rules say. */
import { closeCode } from '@peerlearn/contract/channel'
import { clientMessages, type ClientMethod } from '@peerlearn/contract/client-channel'
import { policy } from '@peerlearn/contract/policy'
import type { MessageAccess } from '@peerlearn/contract/rooms'
import { beforeAll, describe, expect, test } from 'vitest'
import { callerNames, callers, gateSays, makeCaller, type CallerName } from './access-callers.ts'
import { newBooking } from './factories.ts'
import { join, newClass } from './factories-rooms.ts'
import { startServer, type Person, type TestServer, type TestSocket } from './harness.ts'
import { messageSamples } from './message-samples.ts'
import { startSfu } from './real-sfu.ts'

const methods = Object.keys(clientMessages) as ClientMethod[] // the keys of the contract's table
const messageAccesses: MessageAccess[] = ['signed-in', 'booked', 'in-room', 'room-mentor', 'admin']

/** Runs ahead of the clock by this much: what a server knows of a login is old at once. */
let ahead = 0
let server: TestServer
let mentor: Person
beforeAll(async () => {
  const sfu = await startSfu()
  server = await startServer({
    env: { SFU_URLS: sfu.url },
    now: () => new Date(Date.now() + ahead),
  })
  mentor = await server.person({ roles: ['mentor'] })
})

describe('every message', () => {
  test('is handled, and the server handles no other', () => {
    expect(Object.keys(server.app.handlers).sort()).toEqual([...methods].sort())
  })

  test.each(methods)('%s says who may send it', (method) => {
    expect(messageAccesses).toContain(clientMessages[method].access)
    expect(Object.keys(policy)).toContain(clientMessages[method].access)
  })
})

type Words = Partial<Record<MessageAccess, string>>
/** What a room says to whom the policy lets so far: by their place in the class, whatever their account may do. */
const stranger: Words = { booked: 'not-booked', 'in-room': 'not-in-room', 'room-mentor': 'not-in-room' }
const outside: Words = { 'in-room': 'not-in-room', 'room-mentor': 'not-in-room' }
const roomSays = {
  'a learner with a seat, outside the room': outside,
  'a learner in the room': { 'room-mentor': 'forbidden' },
  'somebody removed, outside the room': { ...outside, booked: 'removed' },
  'somebody removed, on the socket that was in the room': {
    booked: 'removed',
    'in-room': 'removed',
    'room-mentor': 'removed',
  },
  'the mentor of another class, in its room': { booked: 'not-booked' },
  'the own mentor, outside the room': outside,
  'the own mentor, in the room': {},
} as const satisfies Record<string, Words>
type Place = keyof typeof roomSays

const gateWords = ['signed-out', 'forbidden', 'not-booked', 'removed', 'not-in-room', 'internal-error']

async function expectAnswer(socket: TestSocket, method: ClientMethod, sessionId: string, refusal?: string) {
  const answer = await socket.ask(method, messageSamples(sessionId)[method])
  const code = answer.ok ? 'ok' : answer.error.code
  if (refusal) expect(code).toBe(refusal)
  else expect(gateWords).not.toContain(code)
}

const aliveCallers = callerNames.filter((name) => callers[name].token === 'live')

describe.each(aliveCallers)('sent by %s without a seat', (name) => {
  let socket: TestSocket
  let sessionId: string
  beforeAll(async () => {
    const person = (await makeCaller(server, name))!
    sessionId = await newClass(server.db, mentor, [])
    socket = await server.connect(person)
  })

  test.each(methods)('%s is refused or not as declared', async (method) => {
    const { access } = clientMessages[method]
    await expectAnswer(socket, method, sessionId, gateSays(access, name) ?? stranger[access])
  })
})

/** Somebody at that place of a class that is just theirs, with the socket on which they send. */
async function at(place: Place): Promise<{ socket: TestSocket; sessionId: string }> {
  const asha = await server.person()
  const sessionId = await newClass(server.db, mentor, [asha])
  switch (place) {
    case 'a learner with a seat, outside the room':
      return { sessionId, socket: await server.connect(asha) }
    case 'a learner in the room':
      return { sessionId, socket: (await join(server, asha, sessionId)).socket }
    case 'the own mentor, outside the room':
      return { sessionId, socket: await server.connect(mentor) }
    case 'the own mentor, in the room':
      return { sessionId, socket: (await join(server, mentor, sessionId)).socket }
    case 'the mentor of another class, in its room': {
      const other = await server.person({ roles: ['mentor'] })
      const theirs = await newClass(server.db, other, [])
      return { sessionId, socket: (await join(server, other, theirs)).socket }
    }
    default: {
      const teaching = await join(server, mentor, sessionId)
      const { socket } = await join(server, asha, sessionId)
      await teaching.socket.request('peer.remove', { userId: asha.userId })
      await socket.heard('room.removed')
      if (place === 'somebody removed, on the socket that was in the room') return { sessionId, socket }
      return { sessionId, socket: await server.connect(asha) }
    }
  }
}

describe.each(Object.keys(roomSays) as Place[])('sent by %s', (place) => {
  test.each(methods)('%s is refused or not as declared', async (method) => {
    const { access } = clientMessages[method]
    const { socket, sessionId } = await at(place)
    const refusal = access === 'admin' ? 'forbidden' : (roomSays[place] as Words)[access]
    await expectAnswer(socket, method, sessionId, refusal)
    socket.close()
  })
})

const deadCallers = callerNames.filter((name) => callers[name].token !== 'live')

test.each(deadCallers)('%s gets no ticket for a socket', async (name) => {
  const person = await makeCaller(server, name)
  const opened = server.connect(person ?? { token: 'nobody' })
  await expect(opened).rejects.toMatchObject({ code: 'signed-out' })
})

/** Whose socket was open before: nothing was told, the database alone knows. */
const turned: CallerName[] = [
  'somebody suspended',
  'somebody erased',
  'an expired login',
  'a login that has ended',
]

describe.each(turned)('sent on an open socket of %s', (name) => {
  test.each(methods)('%s is refused and the socket is closed', async (method) => {
    const person = await server.person({ roles: ['mentor', 'admin', 'owner'] })
    const sessionId = await newClass(server.db, mentor, [])
    await newBooking(server.db, { sessionId, learnerId: person.userId })
    const socket = await server.connect(person)
    const { spoil } = callers[name] as { spoil: (db: unknown, person: Person) => Promise<unknown> }
    await spoil(server.db, person)
    ahead += 3_001
    const answer = socket.ask(method, messageSamples(sessionId)[method]).then(
      (frame) => (frame.ok ? 'ok' : frame.error.code),
      () => 'closed',
    )
    expect(['signed-out', 'closed']).toContain(await answer)
    expect(await socket.closed).toMatchObject({ code: closeCode.signedOut, reason: 'signed-out' })
  })
})
