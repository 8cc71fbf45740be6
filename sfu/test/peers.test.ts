import { randomInt, randomUUID } from 'node:crypto'
import type { AppError } from '@peerlearn/contract/errors'
import type { Source } from '@peerlearn/contract/media'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import { kindOf, parametersFor, peerOptions, rtpCapabilities } from './rtp.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

const graceSeconds = 1
let node: NodeUnderTest
let server: ServerEnd
let roomId: string

beforeAll(async () => {
  node = await startTestNode({ graceSeconds })
})
afterAll(() => node.close())
beforeEach(async () => {
  server = await node.server()
  roomId = randomUUID()
})
afterEach(() => server.close())

describe('a peer', () => {
  it('is kept for the grace time after its server has gone, and no longer', async () => {
    const watcher = await node.server()
    await watcher.ask('room.attach', { roomId })
    const { of } = await Participant.join(server, roomId)
    server.close()
    await watcher.heard('peer.connection', (data) => data.connection === 'reconnecting')
    expect(await watcher.heard('peer.closed')).toEqual({ roomId, peerId: of.peerId, reason: 'unclaimed' })
    await expect(watcher.ask('peer.resume', of)).resolves.toEqual({ found: false, consumers: [] })
  })

  it('takes its room with it, when the last server said that it needs the room no more', async () => {
    const { of } = await Participant.join(server, roomId)
    await server.ask('room.detach', { roomId })
    await server.ask('peer.close', of)
    const other = await node.server()
    await until('the room is closed', () =>
      other.ask('room.attach', { roomId, as: 'node' }).then(
        () => false,
        (error: AppError) => error.code === 'not-found',
      ),
    )
  })

  it('stays when another server speaks for it in time, and its media never stopped', async () => {
    const mentor = await Participant.join(server, roomId)
    await mentor.publish('microphone')
    const learner = await Participant.join(server, roomId)
    const [consumer] = learner.setup.consumers
    await learner.resume([consumer!])
    await until('sound arrives', () => learner.packets(consumer!) > 5)
    server.close()

    const next = await node.server()
    const { peers } = await next.ask('room.attach', { roomId })
    expect(peers.map(({ peerId }) => peerId)).toEqual([mentor.of.peerId, learner.of.peerId])
    await expect(next.ask('peer.resume', mentor.of)).resolves.toEqual({ found: true, consumers: [] })
    const resumed = await next.ask('peer.resume', learner.of)
    expect(resumed.consumers).toEqual([consumer])
    const before = learner.packets(consumer!)
    await until('sound goes on past the grace time', () => learner.packets(consumer!) > before + 100)
    expect(next.all('peer.closed')).toEqual([])
    await Promise.all([mentor.vanish(), learner.vanish()])
  })

  it('is told again what is wanted of its pictures, which its next server cannot know', async () => {
    const mentor = await Participant.join(server, roomId)
    const camera = await mentor.publish('camera', { layers: 3 })
    await server.heard('layers.wanted', ({ producerId, layer }) => producerId === camera && layer === -1)
    const other = await node.server()
    const learner = await Participant.join(other, roomId, { videos: 0 })
    await learner.show([camera, 720])
    const next = await node.server()
    await next.ask('room.attach', { roomId })
    await next.ask('peer.resume', mentor.of)
    const told = { roomId, to: mentor.of.peerId, producerId: camera, layer: 2 }
    expect(next.all('layers.wanted')).toEqual([told])
    await Promise.all([mentor.vanish(), learner.vanish()])
  })

  it('is not given up by a server that no longer speaks for it', async () => {
    const { of } = await Participant.join(server, roomId)
    const next = await node.server()
    await next.ask('room.attach', { roomId })
    await next.ask('peer.resume', of)
    await server.ask('peer.release', of)
    const other = await Participant.join(server, roomId)
    await server.ask('peer.release', other.of)
    await next.heard('peer.closed', ({ peerId }) => peerId === other.of.peerId)
    expect((await next.ask('room.attach', { roomId })).peers).toMatchObject([{ peerId: of.peerId }])
  })

  it('may send what it is allowed to, and no more', async () => {
    const learner = await Participant.join(server, roomId, { maxProducers: { audio: 1, video: 1 } })
    const camera = await learner.produce('camera')
    await expect(learner.produce('camera')).rejects.toMatchObject({ code: 'limit-reached' })
    await expect(learner.produce('screen')).rejects.toMatchObject({ code: 'limit-reached' })
    await learner.produce('microphone')
    await expect(learner.produce('screen-audio')).rejects.toMatchObject({ code: 'limit-reached' })
    await server.ask('producer.close', { ...learner.of, producerId: camera })
    await learner.produce('screen')
  })

  it('may send the same once more in another codec, so that nobody misses it meanwhile', async () => {
    const learner = await Participant.join(server, roomId, { maxProducers: { audio: 1, video: 1 } })
    const produce = async (mimeType: string) => {
      const rtpParameters = parametersFor('camera', [randomInt(1, 2 ** 31)], randomUUID().slice(0, 8))
      const { producerId } = await server.ask('producer.create', {
        ...learner.of,
        transportId: learner.setup.send.id,
        kind: 'video',
        source: 'camera',
        rtpParameters: {
          ...rtpParameters,
          codecs: rtpParameters.codecs.map((codec) => ({ ...codec, mimeType })),
        },
        paused: false,
      })
      return producerId
    }
    const earlier = await produce('video/VP8')
    const later = await produce('video/VP9')
    await expect(produce('video/VP8')).rejects.toMatchObject({ code: 'limit-reached' })
    await expect(learner.produce('screen')).rejects.toMatchObject({ code: 'limit-reached' })
    const { peers } = await server.ask('room.attach', { roomId })
    const sent = peers.find(({ peerId }) => peerId === learner.of.peerId)?.producers
    expect(sent?.map(({ producerId }) => producerId)).toEqual([earlier, later])
    await server.ask('producer.close', { ...learner.of, producerId: earlier })
    await expect(produce('video/VP9')).rejects.toMatchObject({ code: 'limit-reached' })
  })

  it('has its requests answered in order, however fast they come', async () => {
    const learner = await Participant.join(server, roomId, { maxProducers: { audio: 1, video: 1 } })
    const order: string[] = []
    const ask = (name: string, method: SfuMethod, data: object) =>
      server.askAnything(method, { ...learner.of, ...data }).then(
        () => void order.push(name),
        (error: AppError) => void order.push(`${name}: ${error.code}`),
      )
    const transportId = learner.setup.send.id
    const send = (source: Source) =>
      ask(source, 'producer.create', {
        transportId,
        kind: kindOf(source),
        source,
        paused: false,
        rtpParameters: parametersFor(source, [source.length], source),
      })
    await Promise.all([send('camera'), send('microphone'), ask('close', 'peer.close', {}), send('screen')])
    expect(order).toEqual(['camera', 'microphone', 'close', 'screen: peer-lost'])
  })

  it('gets a producer exactly once when both come at the same moment', async () => {
    const mentors = await Promise.all([1, 2, 3].map(() => Participant.join(server, roomId)))
    const [learner] = await Promise.all([
      Participant.join(server, roomId),
      ...mentors.map((mentor) => mentor.produce('microphone')),
    ])
    const atOnce = learner.setup.consumers.map(({ producerId }) => producerId)
    const later = () =>
      server
        .all('consumer.opened')
        .filter(({ to }) => to === learner.of.peerId)
        .map(({ consumer }) => consumer.producerId)
    await until('all three are there', () => atOnce.length + later().length >= 3)
    expect(new Set([...atOnce, ...later()]).size).toBe(3)
  })

  it('that joins again takes its own place, and what it sent before has ended', async () => {
    const mentor = await Participant.join(server, roomId)
    const producerId = await mentor.produce('microphone')
    const again = { ...mentor.of, ...peerOptions, rtpCapabilities }
    const setup = await server.ask('peer.create', again)
    expect(setup.send.id).not.toBe(mentor.setup.send.id)
    expect(server.all('producer.closed')).toMatchObject([{ producerId }])
    expect((await server.ask('room.attach', { roomId })).peers).toMatchObject([{ producers: [] }])
  })
})

describe('a room', () => {
  it('is closed when it is empty and its last server detaches', async () => {
    const { of } = await Participant.join(server, roomId)
    await server.ask('room.detach', { roomId })
    await server.ask('peer.close', of)
    await server.ask('room.attach', { roomId })
    await server.ask('room.detach', { roomId })
    await expect(server.ask('peer.create', { ...of, ...peerOptions, rtpCapabilities })).rejects.toMatchObject(
      { code: 'not-found' },
    )
  })

  it('leaves nothing behind in the worker: fifty come and go', async () => {
    const fresh = await startTestNode()
    const server = await fresh.server()
    const dump = async () => {
      const { pid: _, ...counts } = (await fresh.workers.slots[0]?.dump())!
      return JSON.stringify(counts)
    }
    const atStart = await dump()
    for (let n = 0; n < 50; n++) {
      const id = randomUUID()
      const [mentor] = await Promise.all([Participant.join(server, id), Participant.join(server, id)])
      await mentor.produce('microphone')
      await mentor.produce('camera', [1, 2, 3])
      await Participant.join(server, id)
      await server.ask('room.close', { roomId: id })
    }
    expect(await dump()).toBe(atStart)
    const { rooms, consumers } = fresh.workers.slots[0]!
    expect({ rooms, consumers }).toEqual({ rooms: 0, consumers: 0 })
    await fresh.close()
  }, 60_000)
})
