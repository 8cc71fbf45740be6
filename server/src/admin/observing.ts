/** Watches the messages of rooms as they are handled: how long joins take, and what links report. */
import { AppError, errorStatus } from '@peerlearn/contract/errors'
import type { roomMessages } from '@peerlearn/contract/rooms'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { ClientSocket, MessageHandlers } from '../sockets.ts'
import type { Observation } from './observed.ts'

type RoomHandlers = MessageHandlers<keyof typeof roomMessages>
type Nodes = Pick<SfuPool, 'nodes'>

/** Somebody whose media are not there by then came only to look in. */
const patienceMs = 60_000

interface Seat {
  sessionId: string
  peerId: string
}

/** The same handlers, watched. */
export function observeRooms(
  handlers: RoomHandlers,
  pool: Nodes,
  tell: (seen: Observation) => void,
): RoomHandlers {
  const seats = new WeakMap<ClientSocket, Seat>()
  return {
    ...handlers,
    'room.join': async (heard) => {
      const begun = performance.now()
      const { socket } = heard
      const { sessionId } = heard.data
      const joined = await handlers['room.join'](heard).catch((error: unknown) => {
        if (isOurFault(error)) tell({ kind: 'join', sessionId, ms: null })
        throw error
      })
      const seat = { sessionId, peerId: joined.peerId }
      seats.set(socket, seat)
      if (joined.media)
        whenConnected(pool, seat, socket, () => {
          tell({ kind: 'join', sessionId, ms: Math.round(performance.now() - begun) })
        })
      return joined
    },
    'link.report': async (heard) => {
      const answer = await handlers['link.report'](heard)
      const seat = seats.get(heard.socket)
      if (!seat) return answer
      tell({ kind: 'link', ...seat, way: heard.data.way })
      for (const step of heard.data.steps) tell({ kind: 'step', sessionId: seat.sessionId, ...step })
      return answer
    },
  }
}

const isOurFault = (error: unknown) => !(error instanceof AppError) || errorStatus[error.code] >= 500

/** Runs when a node says that the first of the peer's transports is up; not at all when it never is. */
function whenConnected({ nodes }: Nodes, { sessionId, peerId }: Seat, socket: ClientSocket, run: () => void) {
  const end = () => {
    clearTimeout(timer)
    for (const stop of stops) stop()
  }
  const timer = setTimeout(end, patienceMs)
  timer.unref()
  const stops = nodes.map((node) =>
    node.onRoom(sessionId, ({ name, data }) => {
      if (name !== 'peer.connection' || data.peerId !== peerId) return
      if (data.connection !== 'connected' && data.connection !== 'weak') return
      end()
      run()
    }),
  )
  stops.push(socket.onClose(end))
}
