/**
 * A peer's own transports, producers and consumers: handed on to the node under the sender's own peer id. The ids of
 * somebody else's are unknown to the node under it, and refused there.
 */
import type { ClientSocket, MessageHandlers } from '../sockets.ts'
import type { SfuOutput } from '../sfu/requests.ts'
import { requirePlace, type Places } from './places.ts'
import { requireSending } from './stage.ts'
import type { Asked, PeerMethod } from './room-media.ts'

type OfMedia = MessageHandlers<
  | 'transport.connect'
  | 'transport.restart-ice'
  | 'producer.create'
  | 'producer.pause'
  | 'producer.resume'
  | 'producer.close'
  | 'consumer.resume'
  | 'view.set'
>

export function mediaHandlers(places: Places): OfMedia {
  const ask = async <M extends PeerMethod>(
    socket: ClientSocket,
    method: M,
    data: Asked<M>,
  ): Promise<SfuOutput<M>> => {
    const { room, seat } = requirePlace(places, socket)
    return room.media.ask(seat.peerId, method, data)
  }
  return {
    'transport.connect': ({ socket, data }) => ask(socket, 'transport.connect', data),
    'transport.restart-ice': ({ socket, data }) => ask(socket, 'transport.restart-ice', data),
    'producer.create': async ({ socket, who, data }) => {
      requireSending(requirePlace(places, socket).room, who.userId)
      return ask(socket, 'producer.create', data)
    },
    'producer.pause': ({ socket, data }) => ask(socket, 'producer.pause', data),
    'producer.resume': ({ socket, data }) => ask(socket, 'producer.resume', data),
    'producer.close': ({ socket, data }) => ask(socket, 'producer.close', data),
    'consumer.resume': ({ socket, data }) => ask(socket, 'consumer.resume', data),
    'view.set': ({ socket, data }) => ask(socket, 'view.set', data),
  }
}
