/** Refusals that say nothing of what was asked: the media node or the database is away for a moment. */
import { SocketError } from '../lib/socket.ts'

/** Such a request is made again after this time. */
export const againMs = 1000

export const isPassing = (error: unknown): boolean =>
  error instanceof SocketError && (error.code === 'media-unavailable' || error.code === 'not-ready')
