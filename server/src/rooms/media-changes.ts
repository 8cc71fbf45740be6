/** What changed in a room's media while nobody told this server: the notices that it missed. */
import type { ProducerInfo } from '@peerlearn/contract/media'
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { PeerMedia, Peers } from './media-picture.ts'

/** The notices that lead from the picture before to the one now; peers that are gone close their producers only. */
export function changesBetween(roomId: string, before: Peers, now: Peers): RoomHeard[] {
  const old = byId(before)
  const current = byId(now)
  return [
    ...[...old.values()].filter((p) => !current.has(p.producerId)).map((p) => closed(roomId, p)),
    ...[...current.values()].flatMap((p) => producerChanges(roomId, old.get(p.producerId), p)),
    ...[...now].flatMap(([peerId, peer]) => connectionChange(roomId, peerId, before.get(peerId), peer)),
  ]
}

const byId = (peers: Peers) => new Map([...peers.values()].flatMap(({ producers }) => [...producers]))

const closed = (roomId: string, { peerId, producerId }: ProducerInfo): RoomHeard => ({
  name: 'producer.closed',
  data: { roomId, peerId, producerId },
})

function producerChanges(roomId: string, before: ProducerInfo | undefined, now: ProducerInfo): RoomHeard[] {
  if (!before) return [{ name: 'producer.opened', data: { roomId, producer: now } }]
  if (before.paused === now.paused) return []
  const { peerId, producerId } = now
  return [{ name: now.paused ? 'producer.paused' : 'producer.resumed', data: { roomId, peerId, producerId } }]
}

function connectionChange(
  roomId: string,
  peerId: string,
  before: PeerMedia | undefined,
  { connection }: PeerMedia,
): RoomHeard[] {
  if (before?.connection === connection) return []
  return [{ name: 'peer.connection', data: { roomId, peerId, connection } }]
}
