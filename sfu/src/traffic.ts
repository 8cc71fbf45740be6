/**
 * What went through a transport since it was last asked, as the network counts it: with the headers of IP and UDP or
 * TCP. Bytes are the worker's own count; packets follow from them and from the size of what flows.
 */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { measureLimit } from './flows.ts'
import type { Flow } from './flows.ts'

export interface Counts {
  bytesIn: number
  bytesOut: number
  packetsIn: number
  packetsOut: number
}

/** IPv4 and UDP; IPv4, TCP with time stamps, and the length that frames a packet. */
const headerBytes = { udp: 28, tcp: 54 }
/** Usual sizes: of a control packet (feedback, reports, connectivity checks), and of one of media whose size is unknown. */
const controlBytes = 75
const mediaBytes = 700
/** What SRTP adds to each packet of media. */
const srtpBytes = 10

type Stats = types.BaseTransportStats

export class Traffic {
  readonly #transport: types.WebRtcTransport | types.PipeTransport
  #last: Stats | undefined
  /** The newest measurement. */
  stats: Stats | undefined

  constructor(transport: types.WebRtcTransport | types.PipeTransport) {
    this.#transport = transport
  }

  /** Since the last call. came, went: how many packets of which size that is likely to be; nothing when it is gone. */
  async read(came: Flow, went: Flow): Promise<Counts> {
    const now = await this.#ask()
    if (!now) return noCounts
    const before = this.#last
    this.#last = this.stats = now
    const since = (key: 'bytesReceived' | 'bytesSent' | 'rtpBytesReceived' | 'rtpBytesSent') =>
      Math.max(0, now[key] - (before?.[key] ?? 0))
    const rtxIn = Math.max(0, now.rtxBytesReceived - (before?.rtxBytesReceived ?? 0))
    const padding = now.rtxBytesSent + now.probationBytesSent
    const rtxOut = Math.max(0, padding - (before ? before.rtxBytesSent + before.probationBytesSent : 0))
    const header = headerBytes[this.#protocol]
    const packetsIn = packets(since('bytesReceived'), since('rtpBytesReceived') + rtxIn, came)
    const packetsOut = packets(since('bytesSent'), since('rtpBytesSent') + rtxOut, went)
    return {
      bytesIn: since('bytesReceived') + packetsIn * header,
      bytesOut: since('bytesSent') + packetsOut * header,
      packetsIn,
      packetsOut,
    }
  }

  get #protocol(): 'udp' | 'tcp' {
    return ('iceSelectedTuple' in this.#transport && this.#transport.iceSelectedTuple?.protocol) || 'udp'
  }

  /** One that never connected carries nothing and is not asked. */
  async #ask(): Promise<Stats | undefined> {
    const transport = this.#transport
    if (transport.closed || ('dtlsState' in transport && transport.dtlsState === 'new')) return undefined
    const asked: Promise<Stats[]> = transport.getStats()
    const stats = await limited(asked, undefined, measureLimit).catch(() => undefined)
    return stats?.[0]
  }
}

export const noCounts: Counts = { bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0 }

export const addCounts = (a: Counts, b: Counts): Counts => ({
  bytesIn: a.bytesIn + b.bytesIn,
  bytesOut: a.bytesOut + b.bytesOut,
  packetsIn: a.packetsIn + b.packetsIn,
  packetsOut: a.packetsOut + b.packetsOut,
})

function packets(bytes: number, media: number, like: Flow): number {
  const size = like.packets > 0 && like.bytes > 0 ? like.bytes / like.packets : mediaBytes
  const ofMedia = media / size
  const control = Math.max(0, bytes - media - ofMedia * srtpBytes)
  return Math.round(ofMedia + control / controlBytes)
}
