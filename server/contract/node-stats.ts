/** What a media node measures of itself and tells every two seconds: to every server (`node.stats`), and to the registry. */
import { z } from 'zod'
import { count, id, instant, share } from './base.ts'

export const rate = z.number().min(0)
/** A second, over the last two seconds. */
export const traffic = { bitsIn: rate, bitsOut: rate, packetsIn: rate, packetsOut: rate }

/** cpu: share of one core, 0 … 1, as the operating system counts it. */
export const workerStats = z.strictObject({
  pid: count,
  cpu: rate,
  memoryBytes: count,
  rooms: count,
  transports: count,
  producers: count,
  consumers: count,
  /** Producers that came from another worker or node. */
  pipes: count,
  ...traffic,
})

export const roomStats = z.strictObject({
  roomId: id,
  peers: count,
  producers: count,
  consumers: count,
  pipes: count,
  /** Its part of the workers' CPU, by packets: share of one core. */
  cpu: rate,
  ...traffic,
})

/** Counted from when the peer's transports were made. */
export const peerStats = z.strictObject({
  roomId: id,
  peerId: id,
  /** Process id of its worker. */
  worker: count.optional(),
  bytesIn: count,
  bytesOut: count,
  consumers: count,
  /** null: not known, nothing flows. */
  rttMs: z.number().nullable(),
  /** Share of packets lost in the last two seconds: from the peer, and to it. */
  lossIn: share.nullable(),
  lossOut: share.nullable(),
  /** What the link to it takes, as bandwidth estimation believes; bits a second. */
  availableOut: z.number().nullable(),
  protocol: z.enum(['udp', 'tcp']).nullable(),
})

/** What a node tells of itself to servers, and to the registry in Redis (`nodeKey`), every two seconds. */
export const nodeInfo = z.strictObject({
  nodeId: z.string().min(1).max(64),
  /** Where servers and other nodes open the control channel. */
  url: z.url(),
  region: z.string().max(64),
  draining: z.boolean(),
  /** While it is drained: when that is to be over. Who is left on it then could not be moved, and stays. */
  until: instant.nullable(),
  /** 0 idle … 1 full: the busiest of CPU and consumers, over all workers. At 1 it takes nobody. */
  load: share,
})

/** A node's entry in Redis: JSON of nodeInfo, gone `nodeExpirySeconds` after it was last written. */
export const nodeKey = (nodeId: string) => `peerlearn:node:${nodeId}`
export const nodeExpirySeconds = 6

export type RoomStats = z.infer<typeof roomStats>
export type WorkerStats = z.infer<typeof workerStats>
export type PeerStats = z.infer<typeof peerStats>
export type NodeInfo = z.infer<typeof nodeInfo>
