/** A room followed on another node, whose every word is not always heard. */
import { randomUUID } from 'node:crypto'
import type { ProducerInfo } from '@peerlearn/contract/media'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Channel } from '../src/channel.ts'
import { Control } from '../src/control.ts'
import type { Handle } from '../src/handlers.ts'
import { LinkRoom } from '../src/link-room.ts'
import { Links } from '../src/links.ts'
import { makeLog } from '../src/log.ts'
import { secret } from './media-node.ts'
import { until } from './until.ts'

const log = makeLog('silent')
const roomId = randomUUID()
const peerId = randomUUID()
const camera = (): ProducerInfo => ({
  producerId: randomUUID(),
  peerId,
  kind: 'video',
  source: 'camera',
  paused: false,
})

/** What is sent over there, as it says when it is asked; it tells nothing by itself. */
let sent: ProducerInfo[]
let answered: (to: Channel) => void
let offered: Set<string>
let closed: string[]
let other: Control
let links: Links
let room: LinkRoom

beforeEach(async () => {
  sent = [camera()]
  answered = () => undefined
  closed = []
  offered = new Set()
  const handle: Handle = (method, _data, channel) => {
    if (method !== 'room.attach') return Promise.resolve({})
    const peers = [{ peerId, mentor: true, connection: 'connected', producers: [...sent] }]
    answered(channel)
    return Promise.resolve({ rtpCapabilities: {}, peers, codecs: [] })
  }
  other = new Control({ secret, nodeId: 'other', handle, isReady: () => true, onGone: () => undefined, log })
  const port = await other.listen({ host: '127.0.0.1', port: 0 })
  links = new Links(secret, log)
  room = new LinkRoom(
    {
      roomId,
      url: `ws://127.0.0.1:${port}`,
      links,
      at: { address: '127.0.0.1', ports: { min: 36_000, max: 36_999 } },
      log,
      lookAnyway: 200,
    },
    {
      opened: ({ producerId }) => offered.add(producerId),
      closed: (producerId) => {
        offered.delete(producerId)
        closed.push(producerId)
      },
      paused: () => undefined,
      level: () => undefined,
    },
  )
  await until('the room is followed', () => offered.size === 1)
})
afterEach(() => {
  room.close()
  links.close()
  other.close()
})

const isAllThere = () =>
  [...offered].sort().join() ===
  sent
    .map((one) => one.producerId)
    .sort()
    .join()

it('has after a while what began and ended there, though it was not told', async () => {
  sent = [camera(), camera()]
  await until('it has both, and the first no more', isAllThere)
})

it('keeps what it is told while it asks, though the answer under way does not know of it yet', async () => {
  const producer = camera()
  answered = (to) => {
    answered = () => undefined
    sent = [...sent, producer]
    to.tell('producer.opened', { roomId, producer })
  }
  await until('it has it', () => sent.length === 2 && isAllThere())
  const asked = new Promise<void>((resolve) => (answered = () => resolve()))
  await asked
  expect([isAllThere(), closed]).toEqual([true, []])
})
