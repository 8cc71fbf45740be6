import { stageSize } from '@peerlearn/contract/room-state'
import { AppError } from '@peerlearn/contract/errors'
import { beforeAll, describe, expect, test } from 'vitest'
import { startFakeNode, startServerOfRooms, type FakeNode } from './fake-node.ts'
import { join, newClass, refusal, send, until, type Seated } from './factories-rooms.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let node: FakeNode
let server: TestServer
let mentor: Person, asha: Person, bela: Person

beforeAll(async () => {
  ;({ node, server, mentor, asha } = await startServerOfRooms())
  bela = await server.person({ name: 'Bela' })
})

const none = { audio: 0, video: 0 }
const some = { audio: 1, video: 1 }

/** Mira teaches on a stage, Asha looks on. */
async function aLecture(learners = [asha, bela]) {
  const wish = { staged: true, capacity: 120 }
  const sessionId = await newClass(server.db, mentor, learners, wish)
  const teaching = await join(server, mentor, sessionId)
  const learning = await join(server, asha, sessionId)
  return { sessionId, teaching, learning }
}
const invite = ({ socket }: Seated, { userId }: Person) => socket.request('stage.invite', { userId })
const limits = (peerId: string) => node.asked('peer.limit', peerId).map((asked) => asked.maxProducers)
const sending = ({ socket, joined }: Seated) => {
  const rtpParameters = { codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000 }] }
  const wish = { transportId: joined.media!.send.id, kind: 'audio', source: 'microphone' } as const
  return refusal(socket, 'producer.create', { ...wish, rtpParameters })
}

describe('in a class with a stage', () => {
  test('learners look and listen: the node takes nothing from them, and the mentor sends', async () => {
    const { teaching, learning } = await aLecture()
    expect(learning.joined.state.stage).toEqual([])
    expect(node.asked('peer.create', learning.peerId)[0]).toMatchObject({ maxProducers: none, mentor: false })
    expect(node.asked('peer.create', teaching.peerId)[0]).toMatchObject({
      maxProducers: { audio: 2, video: 2 },
      mentor: true,
    })
    expect(await sending(learning)).toBe('not-on-stage')
    await teaching.sends('camera')
  })

  test('the green room says who will only watch, before it asks for a camera', async () => {
    const { sessionId, teaching, learning } = await aLecture()
    const viewOnly = async ({ socket }: Seated) =>
      (await socket.request('room.prepare', { sessionId })).viewOnly
    expect([await viewOnly(teaching), await viewOnly(learning)]).toEqual([false, true])
    await invite(teaching, asha)
    await learning.socket.heard('stage.joined', (e) => e.data.userId === asha.userId)
    expect(await viewOnly(learning)).toBe(false)
  })

  test('the mentor brings somebody with a raised hand on it; they send without joining again', async () => {
    const { teaching, learning } = await aLecture()
    await learning.socket.request('hand.raise', {})
    await invite(teaching, asha)
    await learning.socket.heard('stage.joined', (e) => e.data.userId === asha.userId)
    await until('the node is told', () => limits(learning.peerId).length === 1)
    expect(limits(learning.peerId)).toEqual([some])
    await learning.sends('microphone')
    const { joined } = await join(server, bela, teaching.joined.state.sessionId)
    expect(joined.state).toMatchObject({ stage: [asha.userId], hands: [] })
  })

  test('who leaves it, or is taken off it, sends no more', async () => {
    const { teaching, learning } = await aLecture()
    for (const off of [
      () => learning.socket.request('stage.leave', {}),
      () => teaching.socket.request('stage.leave', { userId: asha.userId }),
    ]) {
      await invite(teaching, asha)
      expect(await sending(learning)).toBe(undefined)
      await off()
      await until('the node closes what they send', () => limits(learning.peerId).at(-1)?.audio === 0)
      expect(await sending(learning)).toBe('not-on-stage')
    }
  })

  test('only the mentor invites, and takes others off', async () => {
    const { sessionId, teaching, learning } = await aLecture()
    await invite(teaching, asha)
    const other = await join(server, bela, sessionId)
    expect(await refusal(other.socket, 'stage.invite', { userId: bela.userId })).toBe('forbidden')
    expect(await refusal(other.socket, 'stage.leave', { userId: asha.userId })).toBe('forbidden')
    expect(await refusal(learning.socket, 'stage.invite', { userId: bela.userId })).toBe('forbidden')
  })

  test('asking twice is harmless, and somebody who is not there is not found', async () => {
    const { teaching, learning } = await aLecture()
    await invite(teaching, asha)
    await invite(teaching, asha)
    await invite(teaching, mentor)
    expect(await refusal(teaching.socket, 'stage.invite', { userId: bela.userId })).toBe('not-found')
    await learning.socket.request('stage.leave', {})
    await learning.socket.request('stage.leave', {})
    await teaching.socket.request('chat.send', { text: 'next', clientId: asha.userId })
    await learning.socket.heard('chat.message')
    const stage = learning.socket.events.filter(({ event }) => event.startsWith('stage.'))
    expect(stage.map(({ event }) => event)).toEqual(['stage.joined', 'stage.left'])
  })

  test(`holds ${stageSize} at once, however many are asked at the same time`, async () => {
    const crowd = await Promise.all(Array.from({ length: stageSize + 3 }, () => server.person()))
    const { sessionId, teaching } = await aLecture([asha, ...crowd])
    await Promise.all(crowd.map((person) => join(server, person, sessionId)))
    const codes = await Promise.all(
      crowd.map(({ userId }) => refusal(teaching.socket, 'stage.invite', { userId })),
    )
    expect(codes.filter((code) => code === undefined)).toHaveLength(stageSize)
    expect(codes.filter((code) => code === 'stage-full')).toHaveLength(3)
    const first = crowd[codes.indexOf(undefined)]!
    await teaching.socket.request('stage.leave', { userId: first.userId })
    await invite(teaching, crowd[codes.indexOf('stage-full')]!)
  })

  test('a reload keeps the place; leaving gives it up', async () => {
    const { sessionId, teaching, learning } = await aLecture()
    await invite(teaching, asha)
    const again = await join(server, asha, sessionId)
    expect(again.peerId).not.toBe(learning.peerId)
    expect(node.asked('peer.create', again.peerId)[0]).toMatchObject({ maxProducers: some })
    await again.sends('microphone')
    await again.socket.request('room.leave', {})
    const back = await join(server, asha, sessionId)
    expect(back.joined.state.stage).toEqual([])
    expect(node.asked('peer.create', back.peerId)[0]).toMatchObject({ maxProducers: none })
  })

  test('who is removed is off it, and does not come back', async () => {
    const { teaching, learning } = await aLecture()
    await invite(teaching, asha)
    await teaching.socket.request('peer.remove', { userId: asha.userId })
    await learning.socket.heard('room.removed')
    expect(await refusal(teaching.socket, 'stage.invite', { userId: asha.userId })).toBe('not-found')
  })

  test('an invitation that comes while the page makes its media is not lost on the way', async () => {
    const { sessionId, teaching } = await aLecture()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: go, resolve: answer } = Promise.withResolvers<void>()
    const first = await startFakeNode()
    const other = await startServer({ env: { SFU_URLS: first.url } })
    first.answer('peer.create', async () => {
      ask()
      await go
      return { ...teaching.joined.media, consumers: [] }
    })
    const coming = join(other, asha, sessionId)
    await asked
    await invite(teaching, asha)
    const room = other.db.selectFrom('room_event').select('kind').where('session_id', '=', sessionId)
    await until('it is written', async () => (await room.execute()).some((e) => e.kind === 'stage.joined'))
    answer()
    const { peerId } = await coming
    const told = () => first.asked('peer.limit', peerId).at(-1)?.maxProducers
    await until('the new peer may send', () => told()?.audio === 1)
  })

  test('a node that did not answer is told again', async () => {
    const { teaching, learning } = await aLecture()
    const refuse = () => {
      node.answer('peer.limit', () => ({}))
      throw new AppError('media-unavailable', 'busy')
    }
    node.answer('peer.limit', refuse)
    await invite(teaching, asha)
    await until('it is told again', () => limits(learning.peerId).length === 2)
    expect(limits(learning.peerId)).toEqual([some, some])
  })
})

test('a class without a stage has nobody to bring on it', async () => {
  const sessionId = await newClass(server.db, mentor, [asha])
  const teaching = await join(server, mentor, sessionId)
  const learning = await join(server, asha, sessionId)
  expect(learning.joined.state.stage).toBe(null)
  expect(await refusal(teaching.socket, 'stage.invite', { userId: asha.userId })).toBe('bad-input')
  await learning.socket.request('stage.leave', {})
  await send(learning.socket, learning.joined.media!.send.id, 'microphone')
})
