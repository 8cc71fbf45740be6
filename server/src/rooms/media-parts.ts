/** The parts of a room's media on this server, put together: which nodes, who is where, who moves. */
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import type { RoomHeard } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { MediaClaims } from './media-claims.ts'
import { Moves } from './moves.ts'
import type { NodeRoom } from './node-room.ts'
import { Placement } from './placement.ts'
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
  onError: (error: unknown) => void
}

export interface MediaParts {
  media: RoomMedia
  nodes: RoomNodes
  placement: Placement
  moves: Moves
  claims: MediaClaims
}

export function mediaParts({ db, bus, pool, sessionId, seats, hear, onError }: PartsOptions): MediaParts {
  const media = new RoomMedia(sessionId, hear)
  const sync = () => nodes.sync()
  const moves = new Moves({ media, seats, onFinished: sync })
  const claims = new MediaClaims({ roomId: sessionId, media, seats, onAttached: sync, onError })
  const nodes: RoomNodes = new RoomNodes({
    db,
    bus,
    pool,
    sessionId,
    media,
    onOpen: (room) => claims.follow(room),
    onLeave: (room) => moves.leave(room),
    onStay: (room) => moves.stay(room),
    onLost: (peerIds, node) => claims.lost(peerIds, node),
    onError,
  })
  return { media, nodes, placement: new Placement({ pool, media, nodes }), moves, claims }
}

/** Lets go of them; the nodes keep their peers. */
export function closeMediaParts({ media, nodes, moves, claims }: MediaParts): void {
  nodes.close()
  claims.close()
  moves.close()
  media.close()
}
