import { randomUUID } from 'node:crypto'
import type { Connection, ProducerInfo } from '@peerlearn/contract/media'
import { expect, test } from 'vitest'
import { changesBetween } from './media-changes.ts'
import { note, type Peers } from './media-picture.ts'

const roomId = randomUUID()
const peerId = randomUUID()
const producer = (producerId: string, paused = false): ProducerInfo => ({
  producerId,
  peerId,
  kind: 'video',
  source: 'camera',
  paused,
})
const peers = (producers: ProducerInfo[], connection: Connection = 'connected'): Peers =>
  new Map([[peerId, { connection, producers: new Map(producers.map((p) => [p.producerId, p])) }]])

test('nothing missed is nothing told', () => {
  expect(changesBetween(roomId, peers([producer('a')]), peers([producer('a')]))).toEqual([])
})

test('what opened, closed, paused or reconnected meanwhile is told', () => {
  const before = peers([producer('gone'), producer('loud')])
  const now = peers([producer('loud', true), producer('new')], 'reconnecting')
  expect(changesBetween(roomId, before, now)).toEqual([
    { name: 'producer.closed', data: { roomId, peerId, producerId: 'gone' } },
    { name: 'producer.paused', data: { roomId, peerId, producerId: 'loud' } },
    { name: 'producer.opened', data: { roomId, producer: producer('new') } },
    { name: 'peer.connection', data: { roomId, peerId, connection: 'reconnecting' } },
  ])
})

test('a room whose peers are all gone tells that nobody sends', () => {
  const names = changesBetween(roomId, peers([producer('a'), producer('b')]), new Map()).map((c) => c.name)
  expect(names).toEqual(['producer.closed', 'producer.closed'])
})

test('the notices of a change lead from one picture to the other', () => {
  const before = peers([producer('gone'), producer('loud')])
  const now = peers([producer('loud', true), producer('new')], 'weak')
  for (const change of changesBetween(roomId, before, now)) note(before, change)
  expect(before).toEqual(now)
})
