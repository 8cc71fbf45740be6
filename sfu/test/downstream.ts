/** What arrives at a participant: counted by stream, through a link as narrow as one likes, and reported as browsers do. */
import { RtcpReceiverInfo, RtcpRrPacket } from 'werift'
import type { RtpPacket } from 'werift'
import type { WebRtcEnd } from './webrtc-end.ts'

interface Heard {
  packets: number
  lost: number
  /** The layer byte of the last packet. */
  layer: number
  lastAt: number
  /** The first packet after a pause of more than a tenth of a second. */
  beganAt: number
  highest: number
  reportedPackets: number
  reportedLost: number
}

const reportEvery = 1_000
/** IP and UDP around each datagram. */
const envelope = 28
/** Seconds that the narrow link's queue holds: what comes beyond is lost. */
const queueSeconds = 0.2

export class Downstream {
  readonly heard = new Map<number, Heard>()
  /** Bits a second that the link carries. */
  narrowTo = Infinity
  /** Bytes that came on the wire, with all headers. */
  bytes = 0
  #queued = 0
  #queuedAt = performance.now()
  #reporting: NodeJS.Timeout | undefined

  listen(end: WebRtcEnd): void {
    end.onArrival(({ length }) => (this.bytes += length + envelope))
    end.onRtp((packet) => this.#receive(packet))
    this.#reporting = setInterval(() => void this.#report(end), reportEvery)
  }

  close(): void {
    clearInterval(this.#reporting)
  }

  /** Bits a second that came on the wire in this time. */
  async rate(seconds: number): Promise<number> {
    const before = this.bytes
    const since = performance.now()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
    return ((this.bytes - before) * 8_000) / (performance.now() - since)
  }

  #receive({ header, payload }: RtpPacket): void {
    const { ssrc, sequenceNumber } = header
    const fresh = { packets: 0, lost: 0, layer: -1, lastAt: 0, beganAt: 0, highest: sequenceNumber - 1 }
    const heard = this.heard.get(ssrc) ?? { ...fresh, reportedPackets: 0, reportedLost: 0 }
    this.heard.set(ssrc, heard)
    const ahead = (sequenceNumber - heard.highest) & 0xffff
    if (ahead < 0x8000) {
      heard.lost += Math.max(0, ahead - 1)
      heard.highest = sequenceNumber
    }
    if (!this.#passes(payload.length + header.serializeSize + 10 + envelope)) return void (heard.lost += 1)
    heard.packets += 1
    heard.layer = payload.at(-1) ?? -1
    const now = performance.now()
    if (now - heard.lastAt > 100) heard.beganAt = now
    heard.lastAt = now
  }

  /** A queue that empties at the link's rate. */
  #passes(bytes: number): boolean {
    if (this.narrowTo === Infinity) return true
    const now = performance.now()
    const left = ((now - this.#queuedAt) / 1_000) * this.narrowTo
    this.#queued = Math.max(0, this.#queued - left)
    this.#queuedAt = now
    if (this.#queued + bytes * 8 > this.narrowTo * queueSeconds) return false
    this.#queued += bytes * 8
    return true
  }

  async #report(end: WebRtcEnd): Promise<void> {
    const reports = [...this.heard].map(([ssrc, heard]) => {
      const packets = heard.packets - heard.reportedPackets
      const lost = heard.lost - heard.reportedLost
      Object.assign(heard, { reportedPackets: heard.packets, reportedLost: heard.lost })
      return new RtcpReceiverInfo({
        ssrc,
        fractionLost: lost > 0 ? Math.min(255, Math.round((256 * lost) / (packets + lost))) : 0,
        packetsLost: heard.lost,
        highestSequence: heard.highest & 0xffff,
        jitter: 0,
        lsr: 0,
        dlsr: 0,
      })
    })
    if (reports.length > 0)
      await end.dtls.sendRtcp([new RtcpRrPacket({ ssrc: 1, reports: reports.slice(0, 31) })])
  }
}
