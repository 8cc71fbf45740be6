/**
 * TURN credentials that coturn's `use-auth-secret` accepts: the name carries its own end and whom it was given to, the
 * password is an HMAC of the name. https://datatracker.ietf.org/doc/html/draft-uberti-behave-turn-rest-00
 */
import { createHmac } from 'node:crypto'
import type { IceServer } from '@peerlearn/contract/turn'

export const credentialSeconds = 5 * 60

export interface TurnSettings {
  TURN_SECRET: string
  /** `{host}` stands for the host name that the browser used to come here. */
  TURN_URLS: string[]
}

/** Empty when no TURN server is configured: direct UDP and TCP are left. */
export function iceServersFor(
  { TURN_SECRET, TURN_URLS }: TurnSettings,
  userId: string,
  host: string,
  now = Date.now(),
): IceServer[] {
  if (TURN_URLS.length === 0) return []
  const username = `${Math.floor(now / 1000) + credentialSeconds}:${userId}`
  const credential = createHmac('sha1', TURN_SECRET).update(username).digest('base64')
  const urls = TURN_URLS.map((url) => url.replace('{host}', () => bracketed(host)))
  return [{ urls, username, credential }]
}

/** An IPv6 address stands in brackets where a port may follow. */
const bracketed = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)
