/** The way to the node that won last time on this device, kept to be tried first the next time. */
import { way } from '@peerlearn/contract/media'
import type { Way } from '@peerlearn/contract/media'
import type { IceServer } from '@peerlearn/contract/turn'

const key = 'peerlearn.way'

/** The way that won last; null when none is known. */
export function lastWay(): Way | null {
  const parsed = way.safeParse(localStorage.getItem(key))
  return parsed.success ? parsed.data : null
}

export const rememberWay = (won: Way): void => localStorage.setItem(key, won)

const wayOfUrl = (url: string): Way | null => {
  if (url.startsWith('turns:')) return 'turn-tls'
  if (!url.startsWith('turn:')) return null
  return /[?&]transport=tcp\b/.test(url) ? 'turn-tcp' : 'turn-udp'
}

/**
 * The same servers with the way that won first: a browser asks them in this order. None is left out, because the network
 * may be another one today.
 */
export function inOrderOf(last: Way | null, servers: IceServer[]): IceServer[] {
  if (!last?.startsWith('turn')) return servers
  const later = (url: string) => (wayOfUrl(url) === last ? 0 : 1)
  const sorted = servers.map((server) => ({
    ...server,
    urls: [...server.urls].sort((a, b) => later(a) - later(b)),
  }))
  const best = ({ urls }: IceServer) => (urls[0] ? later(urls[0]) : 1)
  return sorted.sort((a, b) => best(a) - best(b))
}
