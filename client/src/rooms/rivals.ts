/** Watches a consumer that came beside an earlier one of the same source, until it carries something. */
import type { types } from 'mediasoup-client'

const firstMs = 50
const longestMs = 500

const carries = (report: RTCStatsReport): boolean =>
  [...(report.values() as Iterable<RTCInboundRtpStreamStats>)].some(
    (s) =>
      s.type === 'inbound-rtp' &&
      (s.kind === 'video' ? (s.framesDecoded ?? 0) > 0 : (s.packetsReceived ?? 0) > 0),
  )

/** Resolves with true when frames or sound arrived, with false when it closed before. */
export async function untilCarries(consumer: types.Consumer): Promise<boolean> {
  for (let waitMs = firstMs; !consumer.closed; waitMs = Math.min(longestMs, waitMs * 1.05)) {
    try {
      if (carries(await consumer.getStats())) return true
    } catch {
      return false // closed meanwhile
    }
    await new Promise((done) => setTimeout(done, waitMs))
  }
  return false
}
