/** The room on a client's socket: every message of contract/rooms.ts with its handler, and who may send it. */
import type { Guards, MessageHandlers } from '../sockets.ts'
import type { roomMessages } from '@peerlearn/contract/rooms'
import { createGuards } from './access.ts'
import { classHandlers, type ClassDeps } from './class.ts'
import { joinHandlers, type JoinDeps } from './join.ts'
import { mediaHandlers } from './media-messages.ts'
import { createPlaces } from './places.ts'

export type RoomDeps = Omit<JoinDeps & ClassDeps, 'places'>

export interface RoomMessages {
  handlers: MessageHandlers<keyof typeof roomMessages>
  guards: Guards
}

export function createRoomMessages(deps: RoomDeps): RoomMessages {
  const places = createPlaces()
  const withPlaces = { ...deps, places }
  return {
    handlers: { ...joinHandlers(withPlaces), ...classHandlers(withPlaces), ...mediaHandlers(places) },
    guards: createGuards(withPlaces),
  }
}
