import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { openRoom } from './open-room.ts'
import type { OpenRoom } from './open-room.ts'
import { peerOptions } from './rtp.ts'
import { until } from './until.ts'

let node: NodeUnderTest
let room: OpenRoom
const join = () => room.join()

beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.close())
beforeEach(async () => {
  room = await openRoom(node)
})
afterEach(() => room.close())

describe('a room', () => {
  it('carries a camera to someone who comes later, from a key frame on', async () => {
    const mentor = await join()
    const producerId = await mentor.publish('camera')
    const learner = await join()
    const [consumer] = learner.setup.consumers
    expect(consumer).toMatchObject({ producerId, peerId: mentor.of.peerId, source: 'camera' })
    await learner.resume([consumer!])
    await until('frames arrive', () => learner.packets(consumer!) > 20)
  })

  it('carries a microphone to someone who is there already', async () => {
    const mentor = await join()
    const learner = await join()
    await mentor.publish('microphone')
    const { consumer } = await room.server.heard('consumer.opened', ({ to }) => to === learner.of.peerId)
    await learner.resume([consumer])
    await until('sound arrives', () => learner.packets(consumer) > 20)
    expect(room.server.all('producer.opened')).toHaveLength(1)
  })

  it('carries a class of twelve, everybody’s camera to all the others', async () => {
    const everyone = await Promise.all(Array.from({ length: 12 }, () => join()))
    await Promise.all(everyone.map((person) => person.follow()))
    await Promise.all(everyone.map((person) => person.publish('camera')))
    await until('a consumer for each of the others', () =>
      everyone.every(({ consumers }) => consumers.size === 11),
    )
    await until('all 132 pictures move', () =>
      everyone.every((person) => [...person.consumers.values()].every((c) => person.packets(c) > 10)),
    )
  })

  it('sends nothing before the client is ready, and nothing that is not on its screen', async () => {
    const mentor = await join()
    await mentor.publish('camera')
    await mentor.publish('microphone')
    const learner = await join()
    await learner.connectRecv()
    const { consumers } = learner.setup
    const video = consumers.find(({ kind }) => kind === 'video')!
    const audio = consumers.find(({ kind }) => kind === 'audio')!
    await learner.resume([audio])
    await until('sound arrives', () => learner.packets(audio) > 20)
    expect(learner.packets(video)).toBe(0)
    await learner.resume([video])
    await until('frames arrive', () => learner.packets(video) > 10)
    await learner.show()
    const seen = learner.packets(video)
    const sound = learner.packets(audio)
    await until('sound goes on', () => learner.packets(audio) > sound + 50)
    expect(learner.packets(video)).toBeLessThan(seen + 10)
  })

  it('gives each tile the layer of its size', async () => {
    const mentor = await join()
    await mentor.publish('camera', { layers: 3 })
    const learner = await join()
    const [consumer] = learner.setup.consumers
    const show = (height: number) => learner.show([consumer!.producerId, height])
    await learner.resume([consumer!])
    await until('the smallest layer comes first', () => learner.layer(consumer!) === 0)
    await show(1080)
    await until('a large tile gets the largest layer', () => learner.layer(consumer!) === 2)
    await show(360)
    await until('a middle tile gets the middle layer', () => learner.layer(consumer!) === 1)
    await show(180)
    await until('a small tile gets the smallest layer', () => learner.layer(consumer!) === 0)
  })

  it('tells a pause, a resume and an end to everybody, once', async () => {
    const mentor = await join()
    const learner = await join()
    const producerId = await mentor.produce('microphone')
    const { consumer } = await room.server.heard('consumer.opened')
    const of = { ...mentor.of, producerId }
    await room.server.ask('producer.pause', of)
    await room.server.ask('producer.pause', of)
    await room.server.ask('producer.resume', of)
    await room.server.ask('producer.close', of)
    await room.server.heard('consumer.closed', (data) => data.consumerId === consumer.consumerId)
    const about = { roomId: room.roomId, producerId, peerId: mentor.of.peerId }
    expect(room.server.all('producer.paused')).toEqual([about])
    expect(room.server.all('producer.resumed')).toEqual([about])
    expect(room.server.all('producer.closed')).toEqual([about])
    expect(room.server.all('consumer.closed')).toEqual([
      { roomId: room.roomId, to: learner.of.peerId, consumerId: consumer.consumerId },
    ])
  })

  it('names who speaks, loudest first, and says when nobody does', async () => {
    const [quiet, loud] = [await join(), await join()]
    await quiet.publish('microphone', { loudness: 40 })
    await loud.publish('microphone', { loudness: 10 })
    await room.server.heard(
      'speakers.changed',
      ({ speakers }) => speakers[0]?.peerId === loud.of.peerId && speakers[1]?.peerId === quiet.of.peerId,
    )
    await Promise.all([quiet.vanish(), loud.vanish()])
    await room.server.heard('speakers.changed', ({ speakers }) => speakers.length === 0)
  })

  it('tells when a peer is connected, and that it is away when its browser has gone', async () => {
    const mentor = await join()
    await mentor.connectSend()
    const about = (connection: string) => (data: { peerId: string; connection: string }) =>
      data.peerId === mentor.of.peerId && data.connection === connection
    await room.server.heard('peer.connection', about('connected'))
    await mentor.vanish()
    await room.server.heard('peer.connection', about('reconnecting'), 20_000)
  }, 30_000)

  it('tells that a link is weak when much is lost, and that it is well again', async () => {
    let isBad = false
    const mentor = await join()
    await mentor.publish('camera', { isLost: () => isBad && Math.random() < 0.5 })
    const learner = await join()
    await learner.resume(learner.setup.consumers)
    const states = () =>
      room.server.all('peer.connection').filter(({ peerId }) => peerId === mentor.of.peerId)
    const last = () => states().at(-1)?.connection
    await until('it is connected', () => last() === 'connected')
    isBad = true
    await until('it is weak', () => last() === 'weak', 25_000)
    isBad = false
    await until('it is connected again', () => last() === 'connected', 40_000)
  }, 70_000)

  it('heals a path by an ICE restart', async () => {
    const mentor = await join()
    const { iceParameters } = await room.server.ask('transport.restart-ice', {
      ...mentor.of,
      transportId: mentor.setup.send.id,
    })
    expect(iceParameters.usernameFragment).not.toBe(mentor.setup.send.iceParameters.usernameFragment)
  })

  it('serves a browser that takes everything the room offers', async () => {
    const mentor = await join()
    await mentor.produce('camera', [11, 12, 13])
    await mentor.produce('microphone')
    await mentor.produce('screen')
    const { rtpCapabilities } = await room.server.ask('room.attach', { roomId: room.roomId })
    const { consumers } = await room.server.ask('peer.create', {
      ...peerOptions,
      roomId: room.roomId,
      peerId: randomUUID(),
      rtpCapabilities,
    })
    expect(consumers.map(({ source }) => source).sort()).toEqual(['camera', 'microphone', 'screen'])
    const [camera] = consumers.filter(({ source }) => source === 'camera')
    expect(camera?.rtpParameters.codecs.map(({ mimeType }) => mimeType)).toEqual(['video/VP8', 'video/rtx'])
    expect(camera?.rtpParameters.encodings).toMatchObject([{ ssrc: expect.any(Number) as number }])
  })

  it('reports what the room carries', async () => {
    const mentor = await join()
    await mentor.publish('camera', { bytes: 1_000 })
    const learner = await join()
    await learner.resume(learner.setup.consumers)
    const busy = await room.server.heard('node.stats', ({ rooms }) => {
      const told = rooms.find((one) => one.roomId === room.roomId)
      return told !== undefined && told.bitsOut > 300_000 && told.bitsIn > 300_000
    })
    expect(busy.rooms.find((one) => one.roomId === room.roomId)).toMatchObject({
      peers: 2,
      producers: 1,
      consumers: 1,
    })
    expect(busy.workers).toHaveLength(1)
  })
})
