/** The room on a client's socket: every message of contract/rooms.ts with its handler, and who may send it. */
import type { Guards, MessageHandlers } from '../sockets.ts'
import type { roomMessages } from '@peerlearn/contract/rooms'
import { createGuards } from './access.ts'
import { classHandlers, type ClassDeps } from './class.ts'
import { joinHandlers, type JoinDeps } from './join.ts'
import { makingHandlers } from './making-media.ts'
import { mediaHandlers } from './media-messages.ts'
import { createPlaces } from './places.ts'
import { receivingHandlers, type ReceivingDeps } from './receiving.ts'
import { stageHandlers } from './stage.ts'

export type RoomDeps = Omit<JoinDeps & ClassDeps & ReceivingDeps, 'places'>

export interface RoomMessages {
  handlers: MessageHandlers<keyof typeof roomMessages>
  guards: Guards
}

export function createRoomMessages(deps: RoomDeps): RoomMessages {
  const places = createPlaces()
  const withPlaces = { ...deps, places }
  return {
    handlers: {
      ...joinHandlers(withPlaces),
      ...makingHandlers(withPlaces),
      ...classHandlers(withPlaces),
      ...stageHandlers(places),
      ...mediaHandlers(places),
      ...receivingHandlers(withPlaces),
    },
    guards: createGuards(withPlaces),
  }
}
