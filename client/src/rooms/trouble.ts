/** What is wrong with the connection, in words; null when nothing is. Pure. */
import type { SocketState } from '../lib/socket.ts'
import type { MediaLink } from './media.ts'

export interface Trouble {
  words: string
  /** The pictures stand still: they are dimmed, and say so. */
  dim: boolean
}

export function troubleOf(media: MediaLink, socket: SocketState, online: boolean): Trouble | null {
  const lost = media === 'reconnecting'
  if (lost && !online)
    return { words: 'You’re offline. The class comes back when the network does.', dim: true }
  if (lost) return { words: 'Your connection is lost. Reconnecting…', dim: true }
  if (socket === 'open') return media === 'connecting' ? { words: 'Connecting…', dim: false } : null
  if (media === 'idle') return { words: 'Your connection is lost. Reconnecting…', dim: false }
  return { words: 'Pictures and sound go on. Reconnecting to chat and controls…', dim: false }
}
