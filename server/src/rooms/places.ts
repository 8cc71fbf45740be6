/** Which seat each socket has: a socket is in one room at most. */
import type { ClientSocket } from '../sockets.ts'
import type { LiveRoom } from './live-room.ts'
import { notInRoom } from './refusals.ts'
import type { Seat } from './seat.ts'

export interface Place {
  room: LiveRoom
  seat: Seat
}

export interface Places {
  /** The socket's last seat, ended or not. */
  find(socket: ClientSocket): Place | undefined
  set(socket: ClientSocket, place: Place): void
}

/** Held weakly: a place goes with its socket. */
export function createPlaces(): Places {
  const places = new WeakMap<ClientSocket, Place>()
  return {
    find: (socket) => places.get(socket),
    set: (socket, place) => void places.set(socket, place),
  }
}

/** The place that its person leaves, be it that their socket closed meanwhile. @throws AppError `not-in-room` */
export function requirePlaceLeft(places: Places, socket: ClientSocket): Place {
  const place = places.find(socket)
  return place?.seat.end === 'lost' ? place : requirePlace(places, socket)
}

/** @throws AppError `not-in-room` when the seat ended since the message was let in */
export function requirePlace(places: Places, socket: ClientSocket): Place {
  const place = places.find(socket)
  if (!place || place.seat.end) throw notInRoom()
  return place
}
