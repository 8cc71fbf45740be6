/** The media of somebody who has a seat, made for the first time, again after they were lost, or on another node. */
import { AppError } from '@peerlearn/contract/errors'
import type { FirstView, MediaSetup, RtpCapabilities } from '@peerlearn/contract/media'
import type { ClientOutput } from '@peerlearn/contract/client-channel'
import type { ClientSocket, MessageHandlers } from '../sockets.ts'
import { iceServersFor, type TurnSettings } from '../turn/turn.ts'
import type { Learners } from './learners.ts'
import type { LiveRoom } from './live-room.ts'
import type { NodeRoom } from './node-room.ts'
import { requirePlace, type Place, type Places } from './places.ts'
import { seatEnded } from './refusals.ts'
import type { Seat } from './seat.ts'
import { producersFor } from './stage.ts'

/** What a device says of itself when its media are to be made. */
export interface Coming {
  rtpCapabilities: RtpCapabilities
  view: FirstView
}

interface MakingDeps {
  places: Places
  learners: Learners
  turn: TurnSettings
}

type Making = MessageHandlers<'media.rejoin' | 'media.move' | 'media.moved'>
type Answer = ClientOutput<'media.rejoin'>

/**
 * Makes the peer's media where the room has space. Without `except` they take the place of all that it had; with it they
 * are elsewhere, and those there go on for now. @throws AppError
 */
export async function makeMedia(
  learners: Learners,
  room: LiveRoom,
  { peerId, userId }: Seat,
  { rtpCapabilities, view }: Coming,
  except: NodeRoom[] = [],
): Promise<MediaSetup> {
  const ofRoom = learners.of(room)
  const maxProducers = producersFor(room, userId)
  const wish = {
    rtpCapabilities,
    view,
    maxProducers,
    mentor: room.session.mentorId === userId,
    receive: ofRoom.rule(userId),
  }
  const media = await room.placement.create(peerId, wish, except)
  ofRoom.told(peerId, wish.receive)
  if (except.length > 0) room.moves.begun(peerId)
  else room.moves.finish(peerId)
  await ofRoom.stage.settle({ userId, peerId }, maxProducers)
  return media
}

export function makingHandlers(deps: MakingDeps): Making {
  /** What is told of the new media waits until their answer is on its way. */
  const remake = async (
    { room, seat }: Place,
    socket: ClientSocket,
    make: () => Promise<MediaSetup>,
  ): Promise<Answer> => {
    seat.hold()
    try {
      const media = await make()
      if (seat.end) throw refusePeer(room, seat)
      return {
        producers: room.media.producers(),
        media,
        iceServers: iceServersFor(deps.turn, seat.userId, socket.host),
      }
    } finally {
      seat.take()
    }
  }

  return {
    'media.rejoin': ({ socket, data }) => {
      const place = requirePlace(deps.places, socket)
      return remake(place, socket, () => makeMedia(deps.learners, place.room, place.seat, data))
    },
    'media.move': ({ socket, data }) => {
      const place = requirePlace(deps.places, socket)
      const { room, seat } = place
      return remake(place, socket, async () =>
        makeMedia(deps.learners, room, seat, data, nodesToLeave(room, seat.peerId)),
      )
    },
    'media.moved': ({ socket }) => {
      const { room, seat } = requirePlace(deps.places, socket)
      room.moves.finish(seat.peerId)
      return Promise.resolve({})
    },
  }
}

/**
 * The node that a moving peer comes from; asked again, it is not the one where it went.
 * @throws AppError `media-unavailable` when there is no other: it stays, and loses nothing
 */
function nodesToLeave(room: LiveRoom, peerId: string): NodeRoom[] {
  const holders = room.media.holders(peerId)
  const leaving = holders.length > 1 ? holders.slice(1) : holders
  if (room.nodes.able.some((able) => !leaving.includes(able))) return leaving
  throw new AppError('media-unavailable', 'There is no other media server to move to; stay with this one.')
}

/** The seat ended while its media were made: nobody may keep them. A page that came back meanwhile makes its own. */
function refusePeer(room: LiveRoom, seat: Seat): AppError {
  room.closePeer(seat.peerId)
  for (const other of room.seats) if (other.peerId === seat.peerId) other.tell('media.lost', {})
  return seatEnded(seat.end ?? 'lost')
}
