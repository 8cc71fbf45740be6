/** The parts of a room's media on this server, put together: which nodes, who is where, who moves. */
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { MediaClaims } from './media-claims.ts'
import { MediaOutages } from './media-outages.ts'
import { Moves } from './moves.ts'
import type { NodeRoom } from './node-room.ts'
import { Placement } from './placement.ts'
import type { Decision } from './room-log.ts'
import { RoomMedia } from './room-media.ts'
import { RoomNodes } from './room-nodes.ts'
import type { Seat } from './seat.ts'

interface PartsOptions {
  db: Db
  bus: Bus
  pool: SfuPool
  sessionId: string
  /** The seats taken on this server. */
  seats: () => Seat[]
  hear: (heard: RoomHeard, from: NodeRoom) => void
  decide: (decision: Decision) => Promise<unknown>
  onError: (error: unknown) => void
}

export interface MediaParts {
  media: RoomMedia
  nodes: RoomNodes
  placement: Placement
  moves: Moves
  claims: MediaClaims
  /** Is to hear the room. */
  outages: MediaOutages
}

export function mediaParts(options: PartsOptions): MediaParts {
  const { db, bus, pool, sessionId, seats, hear, decide, onError } = options
  const media = new RoomMedia(sessionId, hear)
  const sync = () => nodes.sync()
  const moves = new Moves({ media, seats, onFinished: sync })
  const outages = new MediaOutages({ seats, decide, onError })
  const claims = new MediaClaims({ roomId: sessionId, media, seats, onAttached: sync, outages, onError })
  const nodes: RoomNodes = new RoomNodes({
    db,
    bus,
    pool,
    sessionId,
    media,
    onOpen: (room) => {
      // It may be one that is being emptied.
      room.onEmpty(sync)
      claims.follow(room)
    },
    onLeave: (room) => moves.leave(room),
    onStay: (room) => moves.stay(room),
    onLost: (peerIds, node) => claims.lost(peerIds, node),
    onAway: (peerIds) => outages.lost(peerIds),
    onError,
  })
  return { media, nodes, placement: new Placement({ pool, media, nodes }), moves, claims, outages }
}

/** Lets go of them; the nodes keep their peers. */
export function closeMediaParts({ media, nodes, moves, claims }: MediaParts): void {
  nodes.close()
  claims.close()
  moves.close()
  media.close()
}
