/** What is wrong with the connection, in words: what happens, and who is at fault; null when nothing is. Pure. */
import type { SocketState } from '../lib/socket.ts'
import type { MediaLink } from './media.ts'
import type { RecoveryState, Step } from './recovery.ts'

export interface Trouble {
  words: string
  /** bad: pictures stand still and are dimmed. warn: they go on. good: it is over. */
  kind: 'bad' | 'warn' | 'good'
}

interface Now {
  media: MediaLink
  socket: SocketState
  online: boolean
  recovery: RecoveryState | null
}

/** What is being done about a lost path, without a word of the trade. */
const doing: Record<Step, string> = {
  socket: 'Reconnecting…',
  ice: 'Looking for a way back…',
  transports: 'Building a new connection…',
  rejoin: 'Taking your seat again…',
  move: 'Moving to another media server…',
}

export function troubleOf({ media, socket, online, recovery }: Now): Trouble | null {
  const under = recovery && !recovery.done ? recovery : null
  const lost = media === 'reconnecting' || (media === 'idle' && socket !== 'open')
  if (!online && (lost || socket !== 'open'))
    return {
      words: 'You’re offline. The class comes back when the network does.',
      kind: lost ? 'bad' : 'warn',
    }
  if (lost) return { words: `${whose(under)} ${doing[under?.step ?? 'socket']}`, kind: 'bad' }
  // When the network goes, the socket may be the first to tell; then nothing goes on.
  if (socket !== 'open')
    return {
      words:
        under?.fault === 'server'
          ? 'Pictures and sound go on. Reconnecting to chat and controls…'
          : `${whose(under)} ${doing.socket}`,
      kind: 'warn',
    }
  if (under && under.step !== 'move' && under.step !== 'socket')
    return { words: `${whose(under)} ${doing[under.step]}`, kind: 'warn' }
  if (media === 'connecting') return { words: 'Connecting…', kind: 'warn' }
  return recovery?.done && recovery.step !== 'move'
    ? { words: 'You’re back in the class.', kind: 'good' }
    : null
}

const whose = (under: RecoveryState | null) =>
  under?.fault === 'server'
    ? 'Our server had a fault; your network is fine.'
    : 'Your network was interrupted.'
