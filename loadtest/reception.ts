/**
 * What arrived at somebody: RTP counted by its headers, which SRTP leaves readable, so that nothing needs to be decrypted.
 * A freeze is a gap in a picture's packets that lasts longer than half a second while the picture was on screen and sent.
 */
const freezeMs = 500

interface Stream {
  kind: 'audio' | 'video'
  packets: number
  lost: number
  /** Highest sequence number, without its wrapping. */
  highest: number
  lastAt: number
  /** Is it meant to flow? A paused or hidden picture that rests is not frozen. */
  due: boolean
}

export interface Received {
  packets: number
  bytes: number
  lost: number
  freezes: number
  frozenMs: number
}

export class Reception {
  readonly #streams = new Map<number, Stream>()
  readonly #clock: () => number
  readonly #first = Promise.withResolvers<number>()
  /** When somebody else's first media packet came. */
  firstAt: number | undefined
  /** UDP and IP headers included. */
  bytes = 0
  #packets = 0
  #lost = 0
  #gaps: number[] = []
  /** The longest silence between any two media packets. */
  longestGapMs = 0
  #anyAt: number | undefined

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Resolves with the time of the first media packet. */
  first(): Promise<number> {
    return this.#first.promise
  }

  /** A consumer's stream is expected from now on. */
  expect(ssrc: number, kind: Stream['kind'], due: boolean): void {
    const known = this.#streams.get(ssrc)
    if (known) this.due(ssrc, due)
    else this.#streams.set(ssrc, { kind, packets: 0, lost: 0, highest: 0, lastAt: this.#clock(), due })
  }

  /** Should it flow, as far as we know? */
  due(ssrc: number, due: boolean): void {
    const stream = this.#streams.get(ssrc)
    if (!stream || stream.due === due) return
    if (!due) this.#endGap(stream, this.#clock())
    stream.due = due
    stream.lastAt = this.#clock()
  }

  forget(ssrc: number): void {
    this.due(ssrc, false)
    this.#streams.delete(ssrc)
  }

  /** A datagram as it came, still encrypted. */
  readonly take = (packet: Buffer): void => {
    this.bytes += packet.length + 28
    const type = packet[1]! & 0x7f
    if (packet[0]! >> 6 !== 2 || (type >= 64 && type < 96)) return // DTLS, STUN, RTCP
    this.heard(packet.readUInt32BE(8), packet.readUInt16BE(2))
  }

  heard(ssrc: number, sequence: number): void {
    const stream = this.#streams.get(ssrc)
    if (!stream) return // a probe of the bandwidth, or a consumer that was closed while this was underway
    const now = this.#clock()
    this.#packets++
    if (this.firstAt === undefined) {
      this.firstAt = now
      this.#first.resolve(now)
    }
    this.longestGapMs = Math.max(this.longestGapMs, now - (this.#anyAt ?? now))
    this.#anyAt = now
    if (stream.due && stream.packets > 0) this.#endGap(stream, now)
    stream.lastAt = now
    this.#count(stream, sequence)
  }

  /** Everything until now. Gaps that last are counted as they are. */
  get received(): Received {
    const now = this.#clock()
    const lasting = [...this.#streams.values()]
      .filter((s) => s.due && s.kind === 'video' && s.packets > 0 && now - s.lastAt > freezeMs)
      .map((s) => now - s.lastAt)
    const gaps = [...this.#gaps, ...lasting]
    return {
      packets: this.#packets,
      bytes: this.bytes,
      lost: this.#lost + [...this.#streams.values()].reduce((sum, s) => sum + Math.max(0, s.lost), 0),
      freezes: gaps.length,
      frozenMs: Math.round(gaps.reduce((sum, gap) => sum + gap, 0)),
    }
  }

  /** Starts counting anew; streams stay known. */
  reset(): void {
    this.#packets = this.bytes = this.#lost = this.longestGapMs = 0
    this.#gaps = []
    for (const stream of this.#streams.values()) stream.lost = 0
  }

  #endGap(stream: Stream, now: number): void {
    const gap = now - stream.lastAt
    if (stream.due && stream.kind === 'video' && stream.packets > 0 && gap > freezeMs) this.#gaps.push(gap)
  }

  /** What was skipped counts as lost until it comes after all. */
  #count(stream: Stream, sequence: number): void {
    if (stream.packets++ === 0) {
      stream.highest = sequence
      return
    }
    const step = ((sequence - stream.highest + 0x8000) & 0xffff) - 0x8000
    if (step > 0) {
      stream.lost += step - 1
      stream.highest = sequence
    } else if (step < 0) stream.lost--
  }
}
