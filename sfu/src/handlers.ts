/** What a server may ask: a table from message to handler. Inputs are parsed before they arrive here. */
import type { OutputOf, ParsedOf } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import { sfuMessages } from '@peerlearn/contract/sfu'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import type { Channel } from './channel.ts'
import { Queues } from './queues.ts'
import { probeHandlers } from './probe-handlers.ts'
import type { Probes } from './probes.ts'
import type { Rooms } from './rooms.ts'

type Input<M extends SfuMethod> = ParsedOf<(typeof sfuMessages)[M]>
type Output<M extends SfuMethod> = OutputOf<(typeof sfuMessages)[M]>
type Handlers = { [M in SfuMethod]: (input: Input<M>, channel: Channel) => Promise<Output<M>> | Output<M> }

/** Answers one request of a server. @throws AppError, or ZodError when the input is not in the contract */
export type Handle = (method: SfuMethod, data: unknown, channel: Channel) => Promise<unknown>

export const isMethod = (name: string): name is SfuMethod => Object.hasOwn(sfuMessages, name)

export interface ThisNode {
  nodeId: string
  drain(draining: boolean): void
}

export function makeHandle(rooms: Rooms, probes: Probes, node: ThisNode): Handle {
  const handlers: Handlers = { ...makeHandlers(rooms, node), ...probeHandlers(probes) }
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

/** The requests of a peer, a pipe, a probe and a room are handled in order; nobody waits for anybody else. */
const queueOf = (of: Asked) => `${of.roomId ?? ''} ${of.peerId ?? of.pipeId ?? of.probeId ?? ''}`
interface Asked {
  roomId?: string
  peerId?: string
  pipeId?: string
  probeId?: string
  draining?: boolean
}

type Own = Omit<Handlers, 'probe.open' | 'probe.connect' | 'probe.close'>

function makeHandlers(rooms: Rooms, node: ThisNode): Own {
  const peerOf = (roomId: string, peerId: string) => rooms.get(roomId).getPeer(peerId)
  const pipesOf = (roomId: string) => rooms.get(roomId).media.pipesOut
  return {
    'node.drain': ({ draining }) => done(node.drain(draining)),
    'room.attach': ({ roomId, as }, channel) =>
      (as === 'server' ? rooms.open(roomId) : rooms.get(roomId)).attach(channel, as),
    'room.link': ({ roomId, nodes }, channel) => {
      const others = nodes.filter(({ nodeId }) => nodeId !== node.nodeId)
      return done(rooms.get(roomId).link(channel, new Map(others.map(({ nodeId, url }) => [nodeId, url]))))
    },
    'room.detach': ({ roomId }, channel) => done(rooms.detach(roomId, channel)),
    'room.close': ({ roomId }) => done(rooms.close(roomId)),

    'peer.create': ({ roomId, peerId, ...options }, channel) =>
      rooms.get(roomId).createPeer(channel, { id: peerId, ...options }),
    'peer.limit': async ({ roomId, peerId, maxProducers }) =>
      done(await peerOf(roomId, peerId).use((media) => media.setLimits(maxProducers))),
    'receive.set': async ({ roomId, peerId, ...rule }) => {
      const room = rooms.get(roomId)
      return done(await room.media.setRule(room.getPeer(peerId), rule))
    },
    'peer.resume': ({ roomId, peerId }, channel) => {
      const peer = rooms.find(roomId)?.resumePeer(peerId, channel)
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
      done(await peerOf(roomId, peerId).use(({ receiver }) => receiver.setReady(consumerIds))),
    'view.set': async ({ roomId, peerId, tiles }) =>
      done(await peerOf(roomId, peerId).use(({ receiver }) => receiver.setView(tiles))),

    'pipe.open': async ({ roomId, pipeId, ...end }, channel) =>
      await pipesOf(roomId).open(channel, pipeId, end, await rooms.get(roomId).hosts.any()),
    'pipe.consume': ({ roomId, pipeId, producerId }) => pipesOf(roomId).consume(pipeId, producerId),
    'pipe.release': ({ roomId, pipeId, producerId }) => done(pipesOf(roomId).release(pipeId, producerId)),
    'pipe.want': ({ roomId, pipeId, producerId, layer }) =>
      done(pipesOf(roomId).want(pipeId, producerId, layer)),
    'pipe.close': ({ roomId, pipeId }) => done(pipesOf(roomId).close(pipeId)),
  }
}

/** The answer of what answers nothing. */
const done = (_: void) => ({})
