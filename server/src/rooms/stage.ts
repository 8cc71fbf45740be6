/** Who may send in a room with a stage, and that the media node holds them to it. */
import { AppError } from '@peerlearn/contract/errors'
import { findPerson, maySend, type RoomEvent } from '@peerlearn/contract/room-state'
import type { MaxProducers } from '@peerlearn/contract/sfu'
import type { MessageHandlers } from '../sockets.ts'
import { inviting, leavingStage } from './decisions.ts'
import type { LiveRoom } from './live-room.ts'
import { requirePlace, type Places } from './places.ts'

/**
 * Producers of each kind that this person may have now: sound and picture; the mentor shares a screen beside. Nothing
 * for those who only look and listen.
 */
export function producersFor(room: LiveRoom, userId: string): MaxProducers {
  if (room.session.mentorId === userId) return { audio: 2, video: 2 }
  return maySend(room.state, userId) ? { audio: 1, video: 1 } : { audio: 0, video: 0 }
}

/** @throws AppError `not-on-stage` */
export function requireSending(room: LiveRoom, userId: string): void {
  if (producersFor(room, userId).audio === 0)
    throw new AppError(
      'not-on-stage',
      'In this class only those on stage speak. Raise your hand to be asked.',
    )
}

/**
 * Keeps the node's limits those of the room: told by every server that has the room, each from what it knows, so that
 * none of them depends on another. The last one told is right, for all hear the same events in the same order.
 */
export class StageLimits {
  readonly #room: LiveRoom
  /** Peers whose node could not be told, with whose they are. */
  readonly #owed = new Map<string, string>()

  constructor(room: LiveRoom) {
    this.#room = room
    room.follow({ event: (event) => this.#onEvent(event) })
  }

  /** Tells again what a node was away for. */
  retry(): void {
    const owed = [...this.#owed]
    this.#owed.clear()
    for (const [peerId, userId] of owed)
      if (this.#peersOf(userId).has(peerId)) void this.#tell(userId, peerId)
  }

  /** The limits may have changed while this peer was made: then the node was told of the earlier ones. */
  async settle({ userId, peerId }: { userId: string; peerId: string }, told: MaxProducers): Promise<void> {
    if (producersFor(this.#room, userId).audio !== told.audio) await this.#tell(userId, peerId)
  }

  #onEvent({ kind, data }: RoomEvent): void {
    if (kind !== 'stage.joined' && kind !== 'stage.left') return
    for (const peerId of this.#peersOf(data.userId)) void this.#tell(data.userId, peerId)
  }

  /** Also one that is on its way in: it replaces the present one in a moment. */
  #peersOf(userId: string): Set<string> {
    const seats = this.#room.seats.filter((seat) => seat.userId === userId)
    return new Set([findPerson(this.#room.state, userId), ...seats].flatMap((one) => one?.peerId ?? []))
  }

  async #tell(userId: string, peerId: string): Promise<void> {
    const maxProducers = producersFor(this.#room, userId)
    try {
      await this.#room.media.ask(peerId, 'peer.limit', { maxProducers })
    } catch (error) {
      // A peer that is not at the node gets its limits when it is made.
      if (!(error instanceof AppError && error.code === 'not-found')) this.#owed.set(peerId, userId)
    }
  }
}

type OnStage = MessageHandlers<'stage.invite' | 'stage.leave'>

export const stageHandlers = (places: Places): OnStage => ({
  'stage.invite': async ({ socket, who, data }) => {
    const { room, seat } = requirePlace(places, socket)
    await room.events.decide(inviting(who, seat.peerId, data.userId))
    return {}
  },
  'stage.leave': async ({ socket, who, data }) => {
    const { room, seat } = requirePlace(places, socket)
    await room.events.decide(leavingStage(who, seat.peerId, data.userId))
    return {}
  },
})
