/** Which of the node's notices a seat is told, and how: a room's media to all of it, consumers to their own peer alone. */
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { Seat } from './seat.ts'

/** What concerns the room itself is handled there. */
type Told = Exclude<RoomHeard, { name: 'peer.closed' | 'room.lost' | 'loudest.changed' }>
type Tellers = { [N in Told['name']]: (seat: Seat, data: Extract<Told, { name: N }>['data']) => void }

const tellers: Tellers = {
  'consumer.opened': (seat, { to, consumer }) => {
    if (seat.peerId === to) seat.tell('consumer.opened', consumer)
  },
  'consumer.closed': (seat, { to, consumerId }) => {
    if (seat.peerId === to) seat.tell('consumer.closed', { consumerId })
  },
  'layers.wanted': (seat, { to, producerId, layer }) => {
    if (seat.peerId === to) seat.tell('layers.wanted', { producerId, layer })
  },
  'codecs.changed': (seat, { codecs }) => toTaken(seat, () => seat.tell('codecs.changed', { codecs })),
  'producer.opened': (seat, { producer }) => toTaken(seat, () => seat.tell('producer.opened', producer)),
  'producer.closed': (seat, { roomId: _, ...data }) =>
    toTaken(seat, () => seat.tell('producer.closed', data)),
  'producer.paused': (seat, { roomId: _, ...data }) =>
    toTaken(seat, () => seat.tell('producer.paused', data)),
  'producer.resumed': (seat, { roomId: _, ...data }) =>
    toTaken(seat, () => seat.tell('producer.resumed', data)),
  'speakers.changed': (seat, { speakers }) =>
    toTaken(seat, () => seat.tell('speakers.changed', { speakers })),
  'peer.connection': (seat, { roomId: _, ...data }) =>
    toTaken(seat, () => seat.tell('peer.connection', data)),
}

/** A seat on its way in gets the room as it is with its answer. */
const toTaken = (seat: Seat, tell: () => void) => {
  if (seat.taken) tell()
}

export function tellSeat(seat: Seat, { name, data }: Told): void {
  const tell = tellers[name] as (seat: Seat, data: Told['data']) => void // keyed by the name
  tell(seat, data)
}
