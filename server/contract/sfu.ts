/**
 * Server ⇄ sfu: one WebSocket from every server to every node. The node knows opaque room and peer ids and no person.
 *
 * A peer belongs to the control channel that created or resumed it. A peer without one (its server died, or released it
 * because the client's socket went) is kept for 60 seconds, then closed and told as `peer.closed`.
 */
import { z } from 'zod'
import { id, nothing } from './base.ts'
import type { Message } from './channel.ts'
import {
  connection,
  consumerInfo,
  dtlsParameters,
  iceParameters,
  kind,
  mediaId,
  mediaSetup,
  producerInfo,
  rtpCapabilities,
  rtpParameters,
  source,
  tile,
} from './media.ts'

/** Seconds that a peer lives without a control channel. */
export const peerGraceSeconds = 60

/**
 * Both ends prove that they know SFU_SECRET. The server opens with these headers; the node's first frame is the event
 * `node.hello`, whose proof the server checks before it sends anything.
 * proof = HMAC-SHA256(secret, `${side}:${nonce}:${time}`) in hex, side `server` or `sfu`; time in ms, at most 30 s off.
 */
export const controlHeaders = {
  nonce: 'x-peerlearn-nonce',
  time: 'x-peerlearn-time',
  proof: 'x-peerlearn-proof',
}

const ofRoom = z.strictObject({ roomId: id })
const ofPeer = z.strictObject({ roomId: id, peerId: id })

export const peerInfo = z.strictObject({ peerId: id, connection, producers: z.array(producerInfo) })

const sfuMessage = <const M extends Message>(m: M): M => m

export const sfuMessages = {
  /** Makes the room if it is new, and sends this channel its events from now on. */
  'room.attach': sfuMessage({
    input: ofRoom,
    output: z.strictObject({ rtpCapabilities, peers: z.array(peerInfo) }),
  }),
  /** No more events of the room to this channel; an empty room without channels is closed. */
  'room.detach': sfuMessage({ input: ofRoom, output: nothing }),
  'room.close': sfuMessage({ input: ofRoom, output: nothing }),
  /** Both transports, and a paused consumer for every producer of others. A peer of that id is closed before. */
  'peer.create': sfuMessage({
    input: ofPeer.extend({
      rtpCapabilities,
      /** Producers of each kind that it may have at once. */
      maxProducers: z.strictObject({ audio: z.number().int(), video: z.number().int() }),
    }),
    output: mediaSetup,
  }),
  /**
   * This channel speaks for the peer from now on. `found` is false when there is none. `consumers` are all that it has
   * now: those that opened while nobody spoke for it were told to nobody.
   */
  'peer.resume': sfuMessage({
    input: ofPeer,
    output: z.strictObject({ found: z.boolean(), consumers: z.array(consumerInfo) }),
  }),
  /** Nobody speaks for the peer now: its 60 seconds begin. */
  'peer.release': sfuMessage({ input: ofPeer, output: nothing }),
  'peer.close': sfuMessage({ input: ofPeer, output: nothing }),
  'transport.connect': sfuMessage({
    input: ofPeer.extend({ transportId: mediaId, dtlsParameters }),
    output: nothing,
  }),
  'transport.restart-ice': sfuMessage({
    input: ofPeer.extend({ transportId: mediaId }),
    output: z.strictObject({ iceParameters }),
  }),
  'producer.create': sfuMessage({
    input: ofPeer.extend({ transportId: mediaId, kind, source, rtpParameters, paused: z.boolean() }),
    output: z.strictObject({ producerId: mediaId }),
  }),
  'producer.pause': sfuMessage({ input: ofPeer.extend({ producerId: mediaId }), output: nothing }),
  'producer.resume': sfuMessage({ input: ofPeer.extend({ producerId: mediaId }), output: nothing }),
  'producer.close': sfuMessage({ input: ofPeer.extend({ producerId: mediaId }), output: nothing }),
  'consumer.resume': sfuMessage({ input: ofPeer.extend({ consumerIds: z.array(mediaId) }), output: nothing }),
  'view.set': sfuMessage({ input: ofPeer.extend({ tiles: z.array(tile) }), output: nothing }),
}

const toPeer = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ roomId: id, ...shape })

export const roomStats = z.strictObject({
  roomId: id,
  peers: z.number().int(),
  producers: z.number().int(),
  consumers: z.number().int(),
  bitsIn: z.number(),
  bitsOut: z.number(),
})

/** Told to every channel attached to the room (`node.*`: to every channel). */
export const sfuNotices = {
  'node.hello': z.strictObject({ nodeId: z.string(), proof: z.string() }),
  /** Every two seconds. cpu: share of one core, 0 … 1. */
  'node.stats': z.strictObject({
    workers: z.array(
      z.strictObject({
        pid: z.number().int(),
        cpu: z.number(),
        rooms: z.number().int(),
        consumers: z.number().int(),
      }),
    ),
    rooms: z.array(roomStats),
  }),
  'producer.opened': toPeer({ producer: producerInfo }),
  'producer.closed': toPeer({ producerId: mediaId, peerId: id }),
  'producer.paused': toPeer({ producerId: mediaId, peerId: id }),
  'producer.resumed': toPeer({ producerId: mediaId, peerId: id }),
  /** `to` is the peer that consumes. */
  'consumer.opened': toPeer({ to: id, consumer: consumerInfo }),
  'consumer.closed': toPeer({ to: id, consumerId: mediaId }),
  'speakers.changed': toPeer({ speakers: z.array(z.strictObject({ peerId: id, volume: z.number() })) }),
  'peer.connection': toPeer({ peerId: id, connection }),
  /** unclaimed: nobody spoke for it for 60 seconds. */
  'peer.closed': toPeer({ peerId: id, reason: z.enum(['closed', 'unclaimed']) }),
  /** Its worker died: these peers' transports are gone, attach again and create them anew. */
  'room.lost': toPeer({ peerIds: z.array(id) }),
}

export type SfuMethod = keyof typeof sfuMessages
export type SfuNotice = keyof typeof sfuNotices
export type PeerInfo = z.infer<typeof peerInfo>
export type RoomStats = z.infer<typeof roomStats>
