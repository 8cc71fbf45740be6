/** Who may send a room's messages, by what the database says at that moment (contract/rooms.ts, MessageAccess). */
import { AppError } from '@peerlearn/contract/errors'
import { findPerson } from '@peerlearn/contract/room-state'
import { z } from 'zod'
import { findSeat } from '../bookings/queries.ts'
import type { Db } from '../db.ts'
import type { Who } from '../http.ts'
import type { ClientSocket, Guards } from '../sockets.ts'
import type { LiveRoom } from './live-room.ts'
import type { LiveRooms } from './live-rooms.ts'
import type { Place, Places } from './places.ts'
import { findRoomSession } from './queries.ts'
import { notBooked, notInRoom, requireNotOver, seatEnded, wasRemoved } from './refusals.ts'

interface AccessDeps {
  db: Db
  rooms: LiveRooms
  places: Places
}

const ofSession = z.object({ sessionId: z.uuid() })

export function createGuards(deps: AccessDeps): Guards {
  return {
    booked: async ({ who, data }) => void (await requireBooked(deps, who, ofSession.parse(data).sessionId)),
    'in-room': async ({ socket, who }) => void (await requireInRoom(deps, socket, who)),
    'room-mentor': async ({ socket, who }) => {
      const { room } = await requireInRoom(deps, socket, who)
      if (room.session.mentorId !== who.userId)
        throw new AppError('forbidden', 'Only the mentor can do this.')
    },
  }
}

/**
 * The session's own mentor, or a learner with a confirmed seat whom nobody removed. The room is opened for them alone.
 * @throws AppError `not-found`, `session-ended`, `session-cancelled`, `not-booked`, `removed`
 */
async function requireBooked({ db, rooms }: AccessDeps, who: Who, sessionId: string): Promise<LiveRoom> {
  const [session, seat] = await Promise.all([
    findRoomSession(db, sessionId),
    findSeat(db, sessionId, who.userId),
  ])
  if (!session) throw new AppError('not-found', 'There is no such session.')
  requireNotOver(session.status)
  if (session.mentorId !== who.userId && !seat) throw notBooked()
  const room = await rooms.open(sessionId)
  if (room.state.seq < session.roomSeq) await room.events.catchUp()
  if (room.state.removed.includes(who.userId)) throw wasRemoved()
  return room
}

/**
 * Booked, and this socket holds the peer that the person has now; or did until it closed, for what it said last is heard
 * after that.
 */
async function requireInRoom(deps: AccessDeps, socket: ClientSocket, who: Who): Promise<Place> {
  const place = deps.places.find(socket)
  if (!place) throw notInRoom()
  const { seat } = place
  if (seat.end && seat.end !== 'ended' && seat.end !== 'lost') throw seatEnded(seat.end)
  const room = await requireBooked(deps, who, place.room.session.id)
  if (seat.end && seat.end !== 'lost') throw seatEnded(seat.end)
  const person = findPerson(room.state, who.userId)
  if (!person) throw seatEnded('lost')
  if (person.peerId !== seat.peerId) throw seatEnded('replaced')
  return place
}
