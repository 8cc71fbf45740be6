/** What people do in class: hands, chat, microphones, leaving, being removed, and the end. */
import { randomUUID } from 'node:crypto'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, describe, expect, test } from 'vitest'
import { join, newClass, refusal, until, view } from './factories-rooms.ts'
import { startRooms, type Rooms } from './real-class.ts'
import { dtlsParameters, parametersFor } from './room-parameters.ts'

let server: Rooms['server']
let mentor: Rooms['mentor']
let asha: Rooms['asha']
let bela: Rooms['bela']
let aClass: Rooms['aClass']
let kinds: Rooms['kinds']

beforeAll(async () => {
  ;({ server, mentor, asha, bela, aClass, kinds } = await startRooms())
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

  test('who writes more than a class can read is asked to wait, and nobody else is', async () => {
    const { teaching, learning } = await aClass()
    const say = (page: typeof teaching.socket) =>
      page.ask('chat.send', { text: 'Hello?', clientId: randomUUID() })
    for (let i = 0; i < 60; i++) expect(await say(learning.socket)).toMatchObject({ ok: true })
    const answer = await say(learning.socket)
    expect(answer).toMatchObject({ ok: false, error: { code: 'too-many-requests' } })
    expect(JSON.stringify(answer)).toMatch(/more than a class can read\. Please wait \d+ seconds/)
    expect(await say(teaching.socket)).toMatchObject({ ok: true })
    await teaching.socket.heard('chat.message', ({ actorId }) => actorId === mentor.userId)
    expect(teaching.socket.all('chat.message')).toHaveLength(61)
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

  test('the pages of who was removed say so, those of the others do not', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const page = async (who: typeof asha) => {
      const { removed } = await server.api(sessionRoutes.get, { params: { id: sessionId } }, who)
      const { items } = await server.api(bookingRoutes.mine, {}, who)
      return [removed, items.find(({ booking }) => booking.sessionId === sessionId)?.removed]
    }
    expect(await page(asha)).toEqual([false, false])
    await teaching.socket.request('peer.remove', { userId: asha.userId })
    await learning.socket.heard('room.removed')
    expect(await page(asha)).toEqual([true, true])
    expect(await page(bela)).toEqual([false, false])
    expect(await page(mentor)).toEqual([false, undefined])
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

  test('who leaves and is gone before the answer takes microphone and camera along', async () => {
    const { teaching, learning } = await aClass()
    const transportId = learning.joined.media?.send.id ?? ''
    const rtpParameters = parametersFor('microphone')
    const wish = { transportId, kind: 'audio', source: 'microphone', rtpParameters } as const
    const { producerId } = await learning.socket.request('producer.create', wish)
    await teaching.socket.heard('producer.opened', (e) => e.producerId === producerId)
    // In one turn, as a page does that is closed: the socket's end is seen while the leaving is written down.
    learning.socket.ws.send(JSON.stringify({ id: 99, method: 'room.leave', data: {} }))
    learning.socket.close()
    await teaching.socket.heard(
      'peer.left',
      ({ data }) => data.peerId === learning.peerId && data.reason === 'left',
    )
    await teaching.socket.heard('producer.closed', (e) => e.producerId === producerId)
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
