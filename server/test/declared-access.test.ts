/** Every route and every message: bound once, declared, and refused to whom it is not for. New ones are tested by themselves. */
import { api } from '@peerlearn/contract/api'
import { clientMessages, type ClientInput, type ClientMethod } from '@peerlearn/contract/client-channel'
import type { Access, Route } from '@peerlearn/contract/route'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { newBooking, newSession } from './factories.ts'
import { startServer, type Person, type TestServer, type TestSocket } from './harness.ts'

const routes: [string, Route][] = Object.entries(api).flatMap(([feature, of]) =>
  Object.entries(of as Record<string, Route>).map(
    ([name, route]) => [`${feature}.${name}`, route] as [string, Route],
  ),
)
const methods = Object.keys(clientMessages) as ClientMethod[]

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

describe('every route', () => {
  test.each(routes)('%s is served by exactly one handler', (_name, route) => {
    expect(server.app.bindings.filter((binding) => binding.route === route)).toHaveLength(1)
  })

  test('is in the contract: the server has none of its own', () => {
    const declared = new Set(routes.map(([, route]) => route))
    expect(server.app.bindings.filter(({ route }) => !declared.has(route))).toEqual([])
  })

  test.each(routes)('%s says who may call it and what it counts against', (_name, route) => {
    const accesses: Access[] = [
      'anyone',
      'signed-in',
      'learner',
      'mentor',
      'admin',
      'refresh-cookie',
      'signature',
    ]
    expect(accesses).toContain(route.access)
    expect(['auth', 'payments', 'sessions', 'webrtc', 'none']).toContain(route.limit)
  })
})

type Caller = 'nobody' | 'learner' | 'mentor' | 'admin' | 'a forged token' | 'a login that has ended'

/** What the gate says to this caller; `in` when the route itself is asked. */
function expected(access: Access, caller: Caller): 'in' | 'signed-out' | 'forbidden' {
  if (access === 'refresh-cookie' || access === 'signature') return 'in'
  if (caller === 'a forged token' || caller === 'a login that has ended') return 'signed-out'
  if (access === 'anyone') return 'in'
  if (caller === 'nobody') return 'signed-out'
  return access === 'signed-in' || access === caller ? 'in' : 'forbidden'
}

async function tokenOf(caller: Caller): Promise<string | undefined> {
  if (caller === 'nobody') return undefined
  if (caller === 'a forged token')
    return (await server.person()).token.replace(/\.[^.]+$/, `.${'A'.repeat(86)}`)
  if (caller !== 'a login that has ended') return (await server.person({ role: caller })).token
  const { token, loginId } = await server.person({ role: 'admin' })
  await server.db.updateTable('login').set({ ended_at: new Date() }).where('id', '=', loginId).execute()
  return token
}

async function ask(route: Route, token: string | undefined): Promise<string> {
  const response = await fetch(`${server.url}${route.path.replace(/:\w+/g, newId())}`, {
    method: route.method.toUpperCase(),
    headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
    ...(route.body && { body: '{}' }),
  })
  const answer = (await response.json()) as { error?: { code: string } }
  return answer.error?.code ?? 'ok'
}

const callers: Caller[] = ['nobody', 'learner', 'mentor', 'admin', 'a forged token', 'a login that has ended']

describe.each(callers)('called by %s', (caller) => {
  test.each(routes)('%s admits or refuses as declared', async (_name, route) => {
    // A person of its own for each: the limits of one are not used up by the others.
    const answer = await ask(route, await tokenOf(caller))
    const verdict = expected(route.access, caller)
    if (verdict !== 'in') expect(answer).toBe(verdict)
    else if (route.access === 'signature') expect(answer).toBe('signature-invalid')
    else if (route === api.users.refresh) expect(answer).toBe('signed-out')
    else expect(['signed-out', 'forbidden', 'internal-error', 'too-many-requests']).not.toContain(answer)
  })
})

const mediaId = 'a-transport'
const rtpParameters = { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] }
const coming = { rtpCapabilities: {}, view: { videos: 9 } }
const fingerprints = [{ algorithm: 'sha-256' as const, value: 'AA:BB' }]

/** Well-formed data for every message. One that is missing here does not compile. */
const samples = (sessionId: string): { [M in ClientMethod]: ClientInput<M> } => ({
  'room.prepare': { sessionId },
  'room.join': { sessionId, ...coming },
  'media.rejoin': coming,
  'media.move': coming,
  'media.moved': {},
  'room.leave': {},
  'room.end': {},
  'hand.raise': {},
  'hand.lower': {},
  'chat.send': { text: 'hello', clientId: newId() },
  'peer.mute': { userId: newId() },
  'stage.invite': { userId: newId() },
  'stage.leave': {},
  'peer.remove': { userId: newId() },
  'transport.connect': { transportId: mediaId, dtlsParameters: { fingerprints } },
  'transport.restart-ice': { transportId: mediaId },
  'producer.create': { transportId: mediaId, kind: 'audio', source: 'microphone', rtpParameters },
  'producer.pause': { producerId: mediaId },
  'producer.resume': { producerId: mediaId },
  'producer.close': { producerId: mediaId },
  'consumer.resume': { consumerIds: [mediaId] },
  'view.set': { tiles: [] },
  'receive.set': { mode: 'saver', budgetBytes: null },
  'link.report': { way: 'udp', rttMs: 40, lossDown: 0, concealed: 0, steps: [] },
  'probe.open': { way: 'udp' },
  'probe.connect': { probeId: newId(), dtlsParameters: { fingerprints } },
  'probe.close': { probeId: newId() },
  'admin.watch': {},
  'admin.unwatch': {},
})

describe('every message', () => {
  test('is handled, and the server handles no other', () => {
    expect(Object.keys(server.app.handlers).sort()).toEqual([...methods].sort())
  })

  test.each(methods)('%s says who may send it', (method) => {
    expect(['signed-in', 'booked', 'in-room', 'room-mentor', 'admin']).toContain(
      clientMessages[method].access,
    )
  })

  type Sender =
    'a learner without a seat' | 'another mentor' | 'an admin' | 'a learner with a seat outside the room'
  const refusals: Record<Sender, Record<string, string | undefined>> = {
    'a learner without a seat': {
      booked: 'not-booked',
      'in-room': 'not-in-room',
      'room-mentor': 'not-in-room',
      admin: 'forbidden',
    },
    'another mentor': {
      booked: 'not-booked',
      'in-room': 'not-in-room',
      'room-mentor': 'not-in-room',
      admin: 'forbidden',
    },
    'an admin': {
      booked: 'not-booked',
      'in-room': 'not-in-room',
      'room-mentor': 'not-in-room',
      admin: undefined,
    },
    'a learner with a seat outside the room': {
      booked: undefined,
      'in-room': 'not-in-room',
      'room-mentor': 'not-in-room',
      admin: 'forbidden',
    },
  }

  describe.each(Object.keys(refusals) as Sender[])('sent by %s', (sender) => {
    let socket: TestSocket
    let sessionId: string
    beforeAll(async () => {
      const mentor = await server.person({ role: 'mentor' })
      sessionId = await newSession(server.db, {
        mentorId: mentor.userId,
        status: 'live',
        started_at: new Date(),
      })
      const role = sender === 'an admin' ? 'admin' : sender === 'another mentor' ? 'mentor' : 'learner'
      const person: Person = await server.person({ role })
      if (sender === 'a learner with a seat outside the room')
        await newBooking(server.db, { sessionId, learnerId: person.userId })
      socket = await server.connect(person)
    })

    test.each(methods)('%s is refused or not as declared', async (method) => {
      const answer = await socket.ask(method, samples(sessionId)[method])
      const refusal = refusals[sender][clientMessages[method].access]
      if (refusal) expect(answer).toMatchObject({ ok: false, error: { code: refusal } })
      // Without a media node no room can be entered, but the gate lets them come so far.
      else
        expect(['ok', 'media-unavailable', 'not-open', 'not-found']).toContain(
          answer.ok ? 'ok' : answer.error.code,
        )
    })
  })
})
