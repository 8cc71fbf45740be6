/** A person's own link on their socket: how they want to receive, and what their client measured. */
import type { Logger } from 'pino'
import type { MessageHandlers } from '../sockets.ts'
import type { Learners } from './learners.ts'
import { requirePlace, type Places } from './places.ts'

export interface ReceivingDeps {
  places: Places
  learners: Learners
  log: Logger
}

export function receivingHandlers({
  places,
  learners,
  log,
}: ReceivingDeps): MessageHandlers<'receive.set' | 'link.report'> {
  return {
    'receive.set': ({ socket, data }) => {
      const { room, seat } = requirePlace(places, socket)
      return learners.of(room).choose(seat, data)
    },
    'link.report': ({ socket, data: { steps, ...report } }) => {
      const { room, seat } = requirePlace(places, socket)
      const sessionId = room.session.id
      for (const step of steps) {
        log.info({ sessionId, peerId: seat.peerId, ...step }, 'media are back')
      }
      learners.of(room).report(seat.userId, report)
      return Promise.resolve({})
    },
  }
}
