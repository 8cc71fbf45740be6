/** Where a newcomer's media are made: on the room's least loaded node, or on one that the room takes in for it. */
import { AppError } from '@peerlearn/contract/errors'
import type { MediaSetup } from '@peerlearn/contract/media'
import { isFull } from '../sfu/node-choice.ts'
import { mediaUnavailable } from '../sfu/requests.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { NodeRoom } from './node-room.ts'
import { mediaFull } from './refusals.ts'
import type { Asked, RoomMedia } from './room-media.ts'
import type { RoomNodes } from './room-nodes.ts'

type Wish = Asked<'peer.create'>

interface PlacementDeps {
  pool: SfuPool
  media: RoomMedia
  nodes: RoomNodes
}

export class Placement {
  readonly #deps: PlacementDeps

  constructor(deps: PlacementDeps) {
    this.#deps = deps
  }

  /**
   * Makes the peer's media where they are now if that is possible, else elsewhere; never on `except`.
   * @throws AppError `media-full`, `media-unavailable`, or the node's own refusal
   */
  async create(peerId: string, wish: Wish, except: readonly NodeRoom[] = []): Promise<MediaSetup> {
    const tried = new Set(except.map(({ nodeId }) => nodeId))
    let refused: AppError | undefined
    for (;;) {
      const room = await this.#next(peerId, tried)
      if (!room) throw refused?.code === 'media-full' ? mediaFull() : (refused ?? (await this.#nowhere()))
      try {
        return await this.#createOn(room, peerId, wish)
      } catch (error) {
        if (!mayElsewhere(error)) throw error
        refused = error
        tried.add(room.nodeId)
      }
    }
  }

  async #next(peerId: string, tried: ReadonlySet<string>): Promise<NodeRoom | undefined> {
    const { nodes, media } = this.#deps
    const untried = (room: NodeRoom) => !tried.has(room.nodeId)
    const able = () => nodes.able.filter(untried)
    await nodes.ensure()
    const own = media.holders(peerId).find((room) => able().includes(room))
    if (own) return own
    if (able().length === 0) await nodes.extend(tried)
    // A node that is being emptied is better than none.
    const last = () => nodes.answering.find((room) => untried(room) && !isFull(room.node))
    return this.#leastLoaded(able()) ?? last()
  }

  #leastLoaded(rooms: NodeRoom[]): NodeRoom | undefined {
    if (rooms.length < 2) return rooms[0]
    const chosen = this.#deps.pool.choose(
      new Set(),
      rooms.map(({ node }) => node),
    )
    return rooms.find(({ node }) => node === chosen)
  }

  async #nowhere(): Promise<AppError> {
    await this.#deps.pool.waitForOne()
    return this.#deps.pool.ready() ? mediaFull() : mediaUnavailable()
  }

  /** A node that has lost the room since it was attached is told of it once more. */
  async #createOn(room: NodeRoom, peerId: string, wish: Wish): Promise<MediaSetup> {
    await room.capabilities()
    const made = await room.ask(peerId, 'peer.create', wish).catch(async (error: unknown) => {
      if (!(error instanceof AppError && error.code === 'not-found')) throw error
      await room.attach()
      return room.ask(peerId, 'peer.create', wish)
    })
    this.#deps.media.add(peerId, room)
    this.#deps.pool.recent.placed(room.nodeId)
    return made
  }
}

/** Is it this node that can't, so that another may? */
const mayElsewhere = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'media-full' || error.code === 'media-unavailable')
