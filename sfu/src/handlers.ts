/** What a server may ask: a table from message to handler. Inputs are parsed before they arrive here. */
import type { OutputOf, ParsedOf } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import { sfuMessages } from '@peerlearn/contract/sfu'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import type { Channel } from './channel.ts'
import { Queues } from './queues.ts'
import type { Rooms } from './rooms.ts'

type Input<M extends SfuMethod> = ParsedOf<(typeof sfuMessages)[M]>
type Output<M extends SfuMethod> = OutputOf<(typeof sfuMessages)[M]>
type Handlers = { [M in SfuMethod]: (input: Input<M>, channel: Channel) => Promise<Output<M>> | Output<M> }

/** Answers one request of a server. @throws AppError, or ZodError when the input is not in the contract */
export type Handle = (method: SfuMethod, data: unknown, channel: Channel) => Promise<unknown>

export const isMethod = (name: string): name is SfuMethod => Object.hasOwn(sfuMessages, name)

export function makeHandle(rooms: Rooms): Handle {
  const handlers = makeHandlers(rooms)
  const queues = new Queues()
  return async (method, data, channel) => {
    const input = sfuMessages[method].input.parse(data)
    // the table pairs each method with its own input, which TypeScript cannot follow through a lookup
    const handler = handlers[method] as (input: unknown, channel: Channel) => Promise<unknown>
    return await queues.run(queueOf(input), async () => {
      if (channel.closed) throw new AppError('peer-lost', 'This server has gone.')
      return await handler(input, channel)
    })
  }
}

/** A peer's requests are handled in order, a room's too; nobody waits for anybody else. */
const queueOf = (of: { roomId: string; peerId?: string }) => `${of.roomId} ${of.peerId ?? ''}`

function makeHandlers(rooms: Rooms): Handlers {
  const peerOf = (roomId: string, peerId: string) => rooms.get(roomId).getPeer(peerId)
  return {
    'room.attach': ({ roomId }, channel) => rooms.open(roomId).attach(channel),
    'room.detach': ({ roomId }, channel) => done(rooms.detach(roomId, channel)),
    'room.close': ({ roomId }) => done(rooms.close(roomId)),

    'peer.create': ({ roomId, peerId, rtpCapabilities, maxProducers }, channel) =>
      rooms.get(roomId).createPeer(channel, { id: peerId, rtpCapabilities, maxProducers }),
    'peer.resume': ({ roomId, peerId }, channel) => {
      const peer = rooms.find(roomId)?.peers.get(peerId)
      peer?.claim(channel)
      return { found: peer !== undefined, consumers: peer?.consumers ?? [] }
    },
    'peer.release': ({ roomId, peerId }, channel) =>
      done(rooms.find(roomId)?.peers.get(peerId)?.release(channel)),
    'peer.close': ({ roomId, peerId }) => done(rooms.find(roomId)?.closePeer(peerId, 'closed')),

    'transport.connect': async ({ roomId, peerId, transportId, dtlsParameters }) =>
      done(await peerOf(roomId, peerId).connect(transportId, dtlsParameters)),
    'transport.restart-ice': async ({ roomId, peerId, transportId }) => ({
      iceParameters: await peerOf(roomId, peerId).restartIce(transportId),
    }),

    'producer.create': async ({ roomId, peerId, transportId, ...wish }) => ({
      producerId: (await rooms.get(roomId).produce(peerId, transportId, wish)).id,
    }),
    'producer.pause': async ({ roomId, peerId, producerId }) =>
      done(await rooms.get(roomId).setPaused(peerId, producerId, true)),
    'producer.resume': async ({ roomId, peerId, producerId }) =>
      done(await rooms.get(roomId).setPaused(peerId, producerId, false)),
    'producer.close': async ({ roomId, peerId, producerId }) =>
      done(await peerOf(roomId, peerId).use(({ producers }) => producers.get(producerId).close())),

    'consumer.resume': async ({ roomId, peerId, consumerIds }) =>
      done(await peerOf(roomId, peerId).use(({ consumers }) => consumers.setReady(consumerIds))),
    'view.set': async ({ roomId, peerId, tiles }) =>
      done(await peerOf(roomId, peerId).use(({ consumers }) => consumers.setView(tiles))),
  }
}

/** The answer of what answers nothing. */
const done = (_: void) => ({})
