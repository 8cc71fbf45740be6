/** The peer that follows one which could not be resumed. */
import { createHash } from 'node:crypto'

/**
 * The same for every try of the page that had this peer, on every server: when the answer to the first try was lost, the
 * peer that it made is known to be that page's own, and no other tab's. An RFC 9562 UUID of version 8.
 */
export function successorOf(peerId: string): string {
  const hex = createHash('sha256').update(`successor of ${peerId}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
