/** What one peer costs and how its link is, measured from its two transports every two seconds. */
import { LinkQueue } from '@peerlearn/contract/link-queue'
import type { PeerStats } from '@peerlearn/contract/node-stats'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { measureLimit, sum } from './flows.ts'
import type { Flows } from './flows.ts'
import type { Sent } from './flood.ts'
import { addCounts, noCounts, Traffic } from './traffic.ts'
import type { Counts } from './traffic.ts'

/** It changes slowly, and is one more question to the worker for each peer of a large class. */
const rttEvery = 2

export type PeerMeasure = Omit<PeerStats, 'roomId' | 'peerId'>

export class PeerMeter {
  /** Of its link, by the round trips that are measured here. */
  readonly queue = new LinkQueue()
  readonly #send: types.WebRtcTransport
  readonly #recv: types.WebRtcTransport
  readonly #up: Traffic
  readonly #down: Traffic
  readonly #consumers = new Set<types.Consumer>()
  #total = noCounts
  /** Bytes of sound that came. */
  #sound = 0
  #rttMs: number | null = null
  #reads = 0
  #lately = noCounts
  readonly #onSilence: () => void
  #heard: number | undefined

  /** onSilence: something is sent to the peer, and nothing came back since the last read. */
  constructor(send: types.WebRtcTransport, recv: types.WebRtcTransport, onSilence = () => {}) {
    this.#onSilence = onSilence
    this.#send = send
    this.#recv = recv
    this.#up = new Traffic(send)
    this.#down = new Traffic(recv)
    recv.observer.on('newconsumer', (consumer) => {
      this.#consumers.add(consumer)
      consumer.observer.once('close', () => this.#consumers.delete(consumer))
    })
  }

  /** Both transports since the last call. */
  async read(producers: types.Producer[], flows: Flows): Promise<Counts> {
    const came = sum(producers.map(({ id }) => flows.of(id)))
    const sounds = producers.filter(({ kind }) => kind === 'audio')
    this.#sound += sum(sounds.map(({ id }) => flows.of(id))).bytes
    const went = sum([...this.#consumers].map((consumer) => flows.through(consumer)))
    const nothing = { packets: 0, bytes: 0 }
    const [up, down] = await Promise.all([
      this.#up.read(came, nothing),
      this.#down.read(nothing, went),
      this.#reads++ % rttEvery === 0 && this.#measureRtt(producers),
    ])
    this.#lately = addCounts(up, down)
    this.#total = addCounts(this.#total, this.#lately)
    const heard = this.#down.stats?.bytesReceived
    if (heard !== undefined && heard === this.#heard && down.packetsOut > 0) this.#onSilence()
    this.#heard = heard
    return this.#lately
  }

  /** Bytes that came from the peer so far. */
  get came(): Sent {
    return { all: this.#total.bytesIn, sound: this.#sound }
  }

  get measure(): PeerMeasure {
    const [up, down] = [this.#up.stats, this.#down.stats]
    const flows = this.#lately.packetsIn + this.#lately.packetsOut > 0
    const tuple = this.#recv.iceSelectedTuple ?? this.#send.iceSelectedTuple
    return {
      bytesIn: Math.round(this.#total.bytesIn),
      bytesOut: Math.round(this.#total.bytesOut),
      consumers: this.#consumers.size,
      rttMs: flows ? this.#rttMs : null,
      lossIn: share(up?.rtpPacketLossReceived),
      lossOut: share(down?.rtpPacketLossSent),
      availableOut: down?.availableOutgoingBitrate ?? null,
      protocol: tuple?.protocol ?? null,
    }
  }

  /** Of one thing that flows: they share the way. */
  async #measureRtt(producers: types.Producer[]): Promise<void> {
    const flowing = [...this.#consumers].find(({ paused, producerPaused }) => !paused && !producerPaused)
    const asked = flowing?.getStats() ?? producers.find(({ paused }) => !paused)?.getStats()
    if (!asked) return
    const stats = await limited<{ type: string; roundTripTime?: number }[]>(
      asked,
      undefined,
      measureLimit,
    ).catch(() => [])
    const own = stats.find(({ type }) => type === (flowing ? 'outbound-rtp' : 'inbound-rtp'))
    if (!own?.roundTripTime) return
    this.#rttMs = Math.round(own.roundTripTime)
    this.queue.hear(this.#rttMs)
  }
}

const share = (loss: number | undefined) => (loss === undefined ? null : Math.min(1, Math.max(0, loss)))
