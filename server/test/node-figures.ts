/** What a media node tells of itself, for a node without media; a test names what it cares about. */
import type { NodeInfo, PeerStats, RoomStats, WorkerStats } from '@peerlearn/contract/node-stats'

const traffic = { bitsIn: 0, bitsOut: 0, packetsIn: 0, packetsOut: 0 }
const counts = { producers: 0, consumers: 0, pipes: 0 }

export const workerStats = (wish: Partial<WorkerStats> = {}): WorkerStats => ({
  pid: 1,
  cpu: 0,
  memoryBytes: 0,
  rooms: 0,
  transports: 0,
  ...counts,
  ...traffic,
  ...wish,
})

export const roomStats = (wish: Partial<RoomStats> & { roomId: string }): RoomStats => ({
  peers: 0,
  cpu: 0,
  ...counts,
  ...traffic,
  ...wish,
})

export const peerStats = (wish: Partial<PeerStats> & { roomId: string; peerId: string }): PeerStats => ({
  bytesIn: 0,
  bytesOut: 0,
  consumers: 0,
  rttMs: null,
  lossIn: null,
  lossOut: null,
  availableOut: null,
  protocol: 'udp',
  ...wish,
})

interface Wish extends Partial<NodeInfo> {
  workers?: WorkerStats[]
  rooms?: RoomStats[]
  peers?: PeerStats[]
}

export const nodeStats = ({ workers = [], rooms = [], peers = [], ...node }: Wish = {}) => ({
  node: {
    nodeId: 'fake',
    url: 'ws://127.0.0.1:9',
    region: 'test',
    draining: false,
    until: null,
    load: 0,
    ...node,
  },
  workers,
  rooms,
  peers,
})
