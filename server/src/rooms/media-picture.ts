/** The picture of a room's media that a server keeps, and how each notice of the node changes it. */
import type { Connection, ProducerInfo } from '@peerlearn/contract/media'
import type { RoomHeard } from '../sfu/sfu-client.ts'

export interface PeerMedia {
  connection: Connection
  producers: Map<string, ProducerInfo>
}

export type Peers = Map<string, PeerMedia>

export const newPeer = (connection: Connection = 'connecting'): PeerMedia => ({
  connection,
  producers: new Map(),
})

type Notes = {
  [N in RoomHeard['name']]: (peers: Peers, data: Extract<RoomHeard, { name: N }>['data']) => void
}

const setPaused = (peers: Peers, peerId: string, producerId: string, paused: boolean) => {
  const producer = peers.get(peerId)?.producers.get(producerId)
  if (producer) producer.paused = paused
}

/** Keeps the picture of the room true to what the node told. */
const notes: Notes = {
  'producer.opened': (peers, { producer }) => {
    const peer = peers.get(producer.peerId) ?? newPeer()
    peer.producers.set(producer.producerId, producer)
    peers.set(producer.peerId, peer)
  },
  'producer.closed': (peers, { peerId, producerId }) => void peers.get(peerId)?.producers.delete(producerId),
  'producer.paused': (peers, { peerId, producerId }) => setPaused(peers, peerId, producerId, true),
  'producer.resumed': (peers, { peerId, producerId }) => setPaused(peers, peerId, producerId, false),
  'consumer.opened': () => undefined,
  'consumer.closed': () => undefined,
  'speakers.changed': () => undefined,
  'loudest.changed': () => undefined,
  'layers.wanted': () => undefined,
  'codecs.changed': () => undefined,
  'peer.connection': (peers, { peerId, connection }) => {
    const peer = peers.get(peerId)
    if (peer) peer.connection = connection
    else peers.set(peerId, newPeer(connection))
  },
  'peer.closed': (peers, { peerId }) => void peers.delete(peerId),
  'room.lost': (peers, { peerIds }) => {
    for (const peerId of peerIds) peers.delete(peerId)
  },
}

export function note(peers: Peers, { name, data }: RoomHeard): void {
  const keep = notes[name] as (peers: Peers, data: RoomHeard['data']) => void // keyed by the name
  keep(peers, data)
}
