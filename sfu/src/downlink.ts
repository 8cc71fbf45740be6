/** The link to one receiver as mediasoup sees it: what is sent, what is lost, and a cap on what pictures may take. */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { LinkBudget } from './link-budget.ts'

/** A score (0 … 10, an average of many reports) below this says that something was lost. */
const calm = 10
/** A publisher with a score below this loses packets on its own way: receivers report those too. */
const cleanPublisher = 9
/** mediasoup's smallest cap. */
const smallestCap = 30_000
/** Consumers that are asked what they lose. */
const asked = 12
/** Bits a second that IP and UDP headers add: to a sound, and to the bits of pictures. */
const soundHeaders = 50 * 28 * 8
const pictureHeaders = 0.03
/**
 * While a link is away the worker's estimate of it falls to next to nothing, and rises so slowly that no picture is sent for
 * seconds after. So it begins anew when the link is back: with what the smallest pictures of a class take, for so many
 * milliseconds, in which what really arrives takes the estimate over.
 */
const afresh = { bits: 300_000, ms: 1_500 }

export class Downlink {
  readonly #transport: types.WebRtcTransport
  readonly #budget = new LinkBudget()
  #cap = 0
  #floor = 0
  /** The least that may be taken for granted, also when the link has not just come back. */
  #usualFloor = 0
  #wasAway = false
  #afresh: NodeJS.Timeout | undefined

  constructor(transport: types.WebRtcTransport) {
    this.#transport = transport
    transport.observer.on('icestatechange', (state) => this.#onIce(state))
    transport.observer.once('close', () => clearTimeout(this.#afresh))
  }

  /** Bits a second; null: no limit was met. */
  get limit(): number | null {
    return this.#budget.limit
  }

  isSuspect(consumers: readonly types.Consumer[]): boolean {
    return consumers.some(
      (consumer) => isFlowing(consumer) && isClean(consumer) && consumer.score.score < calm,
    )
  }

  /** It is away as a whole. */
  forgive(): void {
    this.#budget.forgive()
  }

  /** Once a second or so; `wanted`: bits a second of everything, were there no limit. */
  async judge(consumers: readonly types.Consumer[], wanted: number): Promise<void> {
    const flowing = consumers.filter((consumer) => isFlowing(consumer))
    const [stats] = await limited(this.#transport.getStats()).catch(() => [])
    const reports = await Promise.all(soundsFirst(flowing).slice(0, asked).map(reportOf))
    if (!stats) return
    const sounds = flowing.filter(({ kind }) => kind === 'audio').length
    const sent = stats.sendBitrate * (1 + pictureHeaders) + sounds * soundHeaders
    const known = reports.filter((report) => report !== undefined)
    const ofSounds = lossOf(known.filter(({ kind }) => kind === 'audio'))
    const ofPictures = sounds < flowing.length ? (stats.rtpPacketLossSent ?? 0) : 0
    const loss = Math.max(ofSounds, ofPictures, lossOf(known))
    this.#budget.judge({ sent, wanted, loss })
  }

  /** Bits a second: what pictures and probes for more may take, Infinity for no cap, and what they can count on. */
  async setRoom({ most, least }: { most: number; least: number }): Promise<void> {
    this.#usualFloor = least
    await this.#setCap(most === Infinity ? 0 : Math.max(smallestCap, Math.round(most / 10_000) * 10_000))
    if (!this.#afresh) await this.#hold(least)
  }

  async #setCap(cap: number): Promise<void> {
    if (cap === this.#cap || this.#transport.closed) return
    this.#cap = cap
    // The worker refuses a cap below the floor.
    if (cap > 0 && cap < this.#floor) await this.#hold(cap)
    await limited(this.#transport.setMaxOutgoingBitrate(cap)).catch(() => {})
  }

  #onIce(state: types.IceState): void {
    if (state === 'disconnected') this.#wasAway = true
    if (!this.#wasAway || (state !== 'connected' && state !== 'completed')) return
    this.#wasAway = false
    clearTimeout(this.#afresh)
    void this.#hold(Math.min(this.#cap || Infinity, afresh.bits))
    this.#afresh = setTimeout(() => {
      this.#afresh = undefined
      void this.#hold(this.#usualFloor)
    }, afresh.ms)
  }

  /** The least that the worker's estimate may say; 0: anything. */
  async #hold(floor: number): Promise<void> {
    if (floor === this.#floor || this.#transport.closed) return
    this.#floor = floor
    await limited(this.#transport.setMinOutgoingBitrate(floor)).catch(() => {})
  }
}

export const isFlowing = ({ closed, paused, producerPaused }: types.Consumer) =>
  !closed && !paused && !producerPaused
/** What is lost of it is lost on the receiver's way, not on its publisher's. */
export const isClean = ({ score }: types.Consumer) =>
  score.producerScore === 0 || score.producerScore >= cleanPublisher

const soundsFirst = (consumers: readonly types.Consumer[]) =>
  consumers.filter((consumer) => isClean(consumer)).sort((a, b) => (a.kind < b.kind ? -1 : 1))

interface Report {
  kind: types.MediaKind
  bitrate: number
  /** 0 … 1, as its receiver said last. */
  loss: number
}

async function reportOf(consumer: types.Consumer): Promise<Report | undefined> {
  const stats = await limited(consumer.getStats()).catch(() => [])
  const sent = stats.find(({ type }) => type === 'outbound-rtp')
  return sent && { kind: consumer.kind, bitrate: sent.bitrate, loss: sent.fractionLost / 256 }
}

/** Share of their bits that were lost. */
function lossOf(reports: readonly Report[]): number {
  const bits = reports.reduce((sum, { bitrate }) => sum + bitrate, 0)
  return bits > 0 ? reports.reduce((sum, { bitrate, loss }) => sum + bitrate * loss, 0) / bits : 0
}
