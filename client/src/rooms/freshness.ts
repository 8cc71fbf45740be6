/** Keeps what the green room shows true while somebody waits in it. No Svelte. */
import type { Socket } from '../lib/socket.ts'

const everyMs = 60_000

/** Calls `refresh` when a notice about this session comes, when the page is looked at again, and each minute. */
export function keepFresh(socket: Pick<Socket, 'on'>, sessionId: string, refresh: () => void): () => void {
  const stop = socket.on('notification.new', ({ link }) => link?.includes(sessionId) && refresh())
  const seen = () => document.visibilityState === 'visible' && refresh()
  document.addEventListener('visibilitychange', seen)
  const timer = setInterval(refresh, everyMs)
  return () => {
    stop()
    document.removeEventListener('visibilitychange', seen)
    clearInterval(timer)
  }
}
