/** Our own addresses: which pages may open a socket or use the refresh cookie. */
import type { IncomingMessage } from 'node:http'
import type { Config } from './config.ts'

/** A host with its port as a browser writes it; anything else is nobody's. */
const hostShape = /^[\w.-]+(:\d+)?$|^\[[0-9a-f:.]+\](:\d+)?$/i

/**
 * The Host that the browser addressed. In production only PUBLIC_URL's counts, whatever the header says; on a
 * developer's or a trial's machine the product is reached by several names (localhost, the machine's address).
 */
export function ownHost({ NODE_ENV, PUBLIC_URL }: Config, req: IncomingMessage): string {
  const { host } = new URL(PUBLIC_URL)
  const asked = req.headers.host
  const usable = asked !== undefined && hostShape.test(asked) && URL.canParse(`http://${asked}`)
  return NODE_ENV !== 'production' && usable ? asked : host
}

/** Does this request come from a page of ours? A request without Origin comes from no page at all. */
export function isOwnOrigin(config: Config, req: IncomingMessage): boolean {
  const { origin } = req.headers
  if (!origin || !URL.canParse(origin)) return false
  const from = new URL(origin)
  if (from.origin === new URL(config.PUBLIC_URL).origin) return true
  return config.NODE_ENV !== 'production' && from.host === ownHost(config, req)
}
