/** Somebody whose program does not keep to what it is asked to stay under, in a class of people who do. */
import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { openRoom } from './open-room.ts'
import type { OpenRoom } from './open-room.ts'
import { nextHeader } from './rtp.ts'
import { until } from './until.ts'

const limits = { maxProducers: { audio: 1, video: 1 } }

let node: NodeUnderTest
let room: OpenRoom

beforeAll(async () => {
  node = await startTestNode()
  room = await openRoom(node)
})
afterAll(async () => {
  await room.close()
  await node.close()
})

it('is cut off when their one sound is as much as ten, and the others go on', async () => {
  const [teacher, spiteful, listener] = [await room.join(limits), await room.join(limits), await room.join()]
  const voice = await teacher.publish('microphone', { bytes: 400 })
  const ssrc = randomInt(1, 2 ** 31)
  const end = await spiteful.connectSend()
  const flood = await spiteful.produce('microphone', [ssrc])
  await listener.follow()
  const stream = { ssrc, sequenceNumber: 1, timestamp: 1 }
  const sending = setInterval(() => {
    for (let n = 0; n < 6; n++) void end.dtls.sendRtp(Buffer.alloc(1_100, 1), nextHeader(stream, 'audio', 20))
  }, 20)
  await until('the flood is heard', () => listener.packets(flood) > 100)
  await room.server.heard('producer.closed', ({ producerId }) => producerId === flood, 15_000)
  clearInterval(sending)
  await expect(spiteful.produce('microphone')).rejects.toMatchObject({ code: 'limit-reached' })
  const before = listener.packets(voice)
  await until('the teacher is heard', () => listener.packets(voice) > before + 100)
})
