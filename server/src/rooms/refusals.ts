/** The words of a room's refusals. */
import { AppError } from '@peerlearn/contract/errors'
import type { RoomSession } from './queries.ts'
import type { SeatEnd } from './seat.ts'

/** @throws AppError `session-ended` or `session-cancelled` */
export function requireNotOver(status: RoomSession['status']): void {
  if (status === 'ended') throw new AppError('session-ended', 'This session has ended.')
  if (status === 'cancelled') throw new AppError('session-cancelled', 'This session was cancelled.')
}

/** @throws AppError `not-open` and as above */
export function requireOpen(status: RoomSession['status']): void {
  requireNotOver(status)
  if (status === 'scheduled')
    throw new AppError('not-open', 'The room opens when the mentor starts the session.')
}

export const notBooked = () => new AppError('not-booked', 'You have no seat in this session. Book one first.')
export const wasRemoved = () => new AppError('removed', 'The mentor removed you from this session.')
export const roomFull = () => new AppError('room-full', 'Everybody whom this room can hold is in it now.')
export const notInRoom = () => new AppError('not-in-room', 'You are not in a room. Join it first.')

/** Nobody can be taken in: not by the room's nodes, nor by any other. */
export const mediaFull = () =>
  new AppError(
    'media-full',
    'All media servers are full just now, so nobody else can come in. Try again when somebody has left, or tell the organiser.',
  )

const ends: Record<SeatEnd, () => AppError> = {
  left: notInRoom,
  lost: () => new AppError('not-in-room', 'Your place in the room was given up. Join again.'),
  replaced: () => new AppError('replaced', 'You are in the room in another tab or on another device.'),
  removed: wasRemoved,
  ended: () => new AppError('session-ended', 'This session has ended.'),
}

export const seatEnded = (end: SeatEnd): AppError => ends[end]()
