/** Make before break: when the new transports carry what the old ones do, and not before, the old ones may go. */
import { retryDelay } from '../lib/retry-delay.ts'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import type { Media } from './media.ts'
import type { Outgoing } from './outgoing.ts'

/** A set of transports and what is sent over them. */
export interface Line {
  media: Media
  outgoing: Outgoing
}

/**
 * The line whose transport this is, without a transport's name the newest. One of a line that is left already has none: set
 * up on another it would take the place of the consumer that flows there.
 */
export function lineFor<L extends { media: { recv: { transport: { id: string } } } }>(
  lines: readonly L[],
  transportId: string | undefined,
): L | undefined {
  if (transportId === undefined) return lines.at(-1)
  return lines.find(({ media }) => media.recv.transport.id === transportId)
}

const everyMs = 100
/** Without a connection by then the move is tried anew. */
const connectMs = 10_000
/** Pictures that do not come by then were not coming before either. */
const framesMs = 4500
/** Others need this long to be shown our new pictures before the old ones end. */
const othersMs = 2500

/** Producers of now whose pictures were decoded over these transports. */
async function decoded({ recv, consumers }: Media): Promise<Set<string>> {
  const report = await recv.transport.getStats().catch(() => new Map()) // closed meanwhile
  const stats = [...(report.values() as Iterable<RTCInboundRtpStreamStats>)]
  const tracks = new Set(
    stats.filter((s) => s.type === 'inbound-rtp' && (s.framesDecoded ?? 0) > 0).map((s) => s.trackIdentifier),
  )
  return new Set(consumers.filter(({ track }) => tracks.has(track.id)).map(({ producerId }) => producerId))
}

/**
 * Waits until the new line carries what the old one does. False when it does not connect in time, or when `current` says
 * that something newer has come.
 */
export async function untilCarriesOver(old: Line, fresh: Line, current: () => boolean): Promise<boolean> {
  const startedAt = Date.now()
  let connectedAt = 0
  while (current()) {
    const now = Date.now()
    if (fresh.media.connected && fresh.outgoing.done) connectedAt ||= now
    if (!connectedAt && now - startedAt > connectMs) return false
    if (connectedAt) {
      const [before, arrived] = await Promise.all([decoded(old.media), decoded(fresh.media)])
      const all = [...before].every((producerId) => arrived.has(producerId))
      const told = fresh.outgoing.producers.length === 0 || now - connectedAt > othersMs
      if ((all && told) || now - connectedAt > framesMs) return true
    }
    await new Promise((done) => setTimeout(done, everyMs))
  }
  return false
}

/** Lets the old transports go, however often the socket has to come back for that. */
export async function tellMoved(
  socket: Pick<Socket, 'request' | 'opened'>,
  current: () => boolean,
): Promise<void> {
  for (let tries = 0; current(); tries++) {
    try {
      await socket.request('media.moved', {})
      return
    } catch (error) {
      if (!(error instanceof SocketError) || (error.code !== 'offline' && error.code !== 'timeout')) return
      await new Promise((done) => setTimeout(done, retryDelay(tries)))
      await socket.opened().catch(() => undefined)
    }
  }
}
