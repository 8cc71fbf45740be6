/**
 * Server ⇄ sfu: one WebSocket from every server to every node. The node knows opaque room and peer ids and no person.
 * Nodes that share a room follow each other by the same protocol: the one whose peer looks at a producer of another
 * attaches there as a server does, and has it piped (`pipe.*`).
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
  firstView,
  iceParameters,
  kind,
  mediaId,
  mediaSetup,
  producerInfo,
  receiveMode,
  rtpCapabilities,
  rtpParameters,
  source,
  tile,
  videoCodec,
} from './media.ts'
import { nodeInfo, peerStats, roomStats, workerStats } from './node-stats.ts'
import { probeTransport } from './probe.ts'

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

const ofPipe = z.strictObject({ roomId: id, pipeId: id })

/** mentor: heard and seen first, in every mode and however many speak. */
export const peerInfo = z.strictObject({
  peerId: id,
  mentor: z.boolean(),
  connection,
  producers: z.array(producerInfo),
})

/** Producers of each kind that a peer may have at once. */
const maxProducers = z.strictObject({ audio: z.number().int().min(0), video: z.number().int().min(0) })
export type MaxProducers = z.infer<typeof maxProducers>

/** maxBitrate: bits a second with all headers, where a budget asks for less than the mode's ceiling. */
export const receiveRule = z.strictObject({
  mode: receiveMode,
  maxBitrate: z.number().int().min(16_000).nullable(),
})
export type ReceiveRule = z.infer<typeof receiveRule>

/** One end of a pipe between two nodes. @see https://mediasoup.org/documentation/v3/mediasoup/api/#PipeTransport */
const pipeEnd = z.strictObject({
  ip: z.string().max(64),
  port: z.number().int().min(1).max(65535),
  srtpParameters: z.strictObject({ cryptoSuite: z.string().max(64), keyBase64: z.string().max(256) }),
})
export type PipeEnd = z.infer<typeof pipeEnd>

const sfuMessage = <const M extends Message>(m: M): M => m

const serverMessages = {
  /**
   * draining: no new rooms come here, and servers move the live ones away. Taken back by false. The node tells it, with
   * its deadline (`until`), to every channel with its next `node.stats`, sent at once. The deadline cuts nobody off: the
   * node goes on with who is left, and without new rooms. Asked again, it begins a new one.
   */
  'node.drain': sfuMessage({ input: z.strictObject({ draining: z.boolean() }), output: nothing }),
  /**
   * Makes the room if it is new, and sends this channel its events from now on. As a node: only follows it, keeps it
   * from nothing, and is refused with `not-found` where there is no such room.
   */
  'room.attach': sfuMessage({
    input: ofRoom.extend({ as: z.enum(['server', 'node']).default('server') }),
    output: z.strictObject({
      rtpCapabilities,
      peers: z.array(peerInfo),
      codecs: z.array(videoCodec).meta({ description: 'What all its peers can decode, best first' }),
    }),
  }),
  /**
   * The other nodes that have peers of this room: this one follows the room there, and pipes from there what its own
   * peers look at and hear. Replaces the list told before.
   */
  'room.link': sfuMessage({
    input: ofRoom.extend({
      nodes: z.array(z.strictObject({ nodeId: z.string().max(64), url: z.url() })).max(32),
    }),
    output: nothing,
  }),
  /** No more events of the room to this channel; an empty room without channels is closed. */
  'room.detach': sfuMessage({ input: ofRoom, output: nothing }),
  'room.close': sfuMessage({ input: ofRoom, output: nothing }),
  /**
   * Both transports, and paused consumers for its first view and what it hears. A peer of that id is closed before.
   * Refused with `media-full` when the node is at its limits.
   */
  'peer.create': sfuMessage({
    input: ofPeer.extend({
      rtpCapabilities,
      mentor: z.boolean(),
      maxProducers,
      receive: receiveRule,
      view: firstView,
    }),
    output: mediaSetup,
  }),
  /** What it sends beyond the new limits is closed. */
  'peer.limit': sfuMessage({ input: ofPeer.extend({ maxProducers }), output: nothing }),
  'receive.set': sfuMessage({ input: ofPeer.extend(receiveRule.shape), output: nothing }),
  /**
   * This channel speaks for the peer from now on. `found` is false when there is none. `consumers` are all that it has
   * now: those that opened while nobody spoke for it were told to nobody. What is wanted of its own pictures follows as
   * `layers.wanted`.
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

/** Between nodes, beside `room.attach`: the node that consumes asks the one whose peer produces. */
const pipeMessages = {
  /** Makes this node's end and connects it to the asker's. */
  'pipe.open': sfuMessage({ input: ofPipe.extend(pipeEnd.shape), output: pipeEnd }),
  /** Sends this producer through the pipe, all its layers. */
  'pipe.consume': sfuMessage({
    input: ofPipe.extend({ producerId: mediaId }),
    output: z.strictObject({ kind, rtpParameters, paused: z.boolean() }),
  }),
  /** Nobody over there looks at it any more. */
  'pipe.release': sfuMessage({ input: ofPipe.extend({ producerId: mediaId }), output: nothing }),
  /** The largest layer that anybody over there looks at; -1: nobody. */
  'pipe.want': sfuMessage({
    input: ofPipe.extend({ producerId: mediaId, layer: z.number().int().min(-1).max(3) }),
    output: nothing,
  }),
  'pipe.close': sfuMessage({ input: ofPipe, output: nothing }),
}

const ofProbe = z.strictObject({ probeId: id })

/** Checks of devices and links before class (probe.ts); each belongs to the channel that opened it, and ends with it. */
const probeMessages = {
  /** Refused with `media-full` while too many are open. */
  'probe.open': sfuMessage({ input: ofProbe, output: probeTransport }),
  'probe.connect': sfuMessage({ input: ofProbe.extend({ dtlsParameters }), output: nothing }),
  'probe.close': sfuMessage({ input: ofProbe, output: nothing }),
}

export const sfuMessages = { ...serverMessages, ...pipeMessages, ...probeMessages }

const toPeer = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ roomId: id, ...shape })

/** Told to every channel attached to the room (`node.*`: to every channel). */
export const sfuNotices = {
  'node.hello': z.strictObject({ nodeId: z.string(), proof: z.string() }),
  /** Every two seconds, and at once when draining changes. */
  'node.stats': z.strictObject({
    node: nodeInfo,
    workers: z.array(workerStats),
    rooms: z.array(roomStats),
    peers: z.array(peerStats),
  }),
  'producer.opened': toPeer({ producer: producerInfo }),
  'producer.closed': toPeer({ producerId: mediaId, peerId: id }),
  'producer.paused': toPeer({ producerId: mediaId, peerId: id }),
  'producer.resumed': toPeer({ producerId: mediaId, peerId: id }),
  /** `to` is the peer that consumes. */
  'consumer.opened': toPeer({ to: id, consumer: consumerInfo }),
  'consumer.closed': toPeer({ to: id, consumerId: mediaId }),
  'speakers.changed': toPeer({ speakers: z.array(z.strictObject({ peerId: id, volume: z.number() })) }),
  /**
   * The loudest microphones of this node's own peers, while more are open than all are sent to everybody: what other
   * nodes have piped. Volumes in dBov.
   */
  'loudest.changed': toPeer({
    producers: z.array(z.strictObject({ producerId: mediaId, volume: z.number() })),
  }),
  /** To the publisher: the largest spatial layer that anybody looks at; -1: nobody does. */
  'layers.wanted': toPeer({ to: id, producerId: mediaId, layer: z.number().int().min(-1).max(3) }),
  /** What all peers of the room on this node can decode, best first. */
  'codecs.changed': toPeer({ codecs: z.array(videoCodec) }),
  'peer.connection': toPeer({ peerId: id, connection }),
  /** unclaimed: nobody spoke for it for 60 seconds. */
  'peer.closed': toPeer({ peerId: id, reason: z.enum(['closed', 'unclaimed']) }),
  /** Its worker died: these peers' transports are gone, attach again and create them anew. */
  'room.lost': toPeer({ peerIds: z.array(id) }),
}

export type SfuMethod = keyof typeof sfuMessages
export type SfuNotice = keyof typeof sfuNotices
export type PeerInfo = z.infer<typeof peerInfo>
