/**
 * What this person sends over one set of transports: told what is wanted, it makes the producers so, one step at a time,
 * and sets right what differs after the socket was away. No Svelte.
 */
import type { types } from 'mediasoup-client'
import type { ProducerInfo, Source, VideoCodec } from '@peerlearn/contract/media'
import type { Socket } from '../lib/socket.ts'
import { sendingOf } from './encodings.ts'
import { LayerLimit } from './layer-limit.ts'
import type { Media } from './media.ts'
import { againMs, isPassing } from './passing.ts'
import { RedundantMicrophone } from './redundant-microphone.ts'

/** A source that is sent. Paused: nothing goes out, and it is back at once. `track` null: the device is closed meanwhile. */
export interface Wanted {
  track: MediaStreamTrack | null
  paused: boolean
}
export type WantedSources = Partial<Record<Source, Wanted>>

interface Ports {
  media: Media
  request: Socket['request']
  /** The codec for this source now, and what mediasoup-client needs for it. */
  codecFor: (source: Source) => { codec: VideoCodec; capability: types.RtpCodecCapability | undefined }
  /** What mediasoup-client needs to send sound in RED; undefined when this browser can't. */
  redundantCodec: () => types.RtpCodecCapability | undefined
  /** May a source go on in this codec? */
  mayStay: (source: Source, codec: VideoCodec) => boolean
  /** This source could not be sent. */
  onFault: (source: Source, error: unknown) => void
}

const order: Source[] = ['microphone', 'camera', 'screen', 'screen-audio']

export class Outgoing {
  #ports: Ports
  #wanted: WantedSources = {}
  #producers = new Map<Source, types.Producer>()
  #limit = new LayerLimit()
  #redundant: RedundantMicrophone
  #running = false
  #dirty = false
  #closed = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#redundant = new RedundantMicrophone({
      ...ports,
      codec: ports.redundantCodec,
      isFull: () => ports.media.send.queue.isFull,
      again: () => this.#closed || this.#reconcile(),
    })
  }

  get producers(): types.Producer[] {
    return [...this.#producers.values()]
  }

  /** Everything wanted is sent. */
  get done(): boolean {
    const missing = order.some((source) => this.#wanted[source]?.track && !this.#producers.has(source))
    return !this.#running && !missing
  }

  /** Send exactly this from now on. */
  want(wanted: WantedSources): void {
    this.#wanted = wanted
    this.#reconcile()
  }

  /** What the server has of us, after the socket was away: whatever differs is set right. */
  check(known: ProducerInfo[]): void {
    for (const [source, producer] of this.#producers) {
      const theirs = known.find((info) => info.producerId === producer.id)
      if (!theirs) this.#forget(source, producer)
      else if (theirs.paused !== producer.paused) this.#tellPaused(producer)
    }
    const mine = new Set(this.producers.map((producer) => producer.id))
    for (const { producerId } of known) if (!mine.has(producerId)) void this.#closeThere(producerId)
    this.#reconcile()
  }

  /** Others came or went: what they can't decode is sent in another codec, in time also what could be better. */
  recode(): void {
    this.#reconcile()
  }

  /** The largest layer of one of our producers that anybody looks at; of the microphone, whether it is wanted in RED. */
  limit(producerId: string, layer: number): void {
    if (this.#producers.get('microphone')?.id === producerId) {
      this.#redundant.want(producerId, layer > 0)
      return this.#reconcile()
    }
    const producer = this.producers.find(({ id }) => id === producerId)
    this.#limit.want(producerId, layer, producer)
  }

  close(): void {
    this.#closed = true
    this.#wanted = {}
    this.#redundant.close()
    this.#producers.clear()
  }

  #reconcile(): void {
    this.#dirty = true
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#dirty && !this.#closed) {
      this.#dirty = false
      this.#closeUnwanted()
      for (const source of order) await this.#settle(source)
      if (!this.#closed) await this.#redundant.settle(this.#producers.get('microphone'))
    }
    this.#running = false
  }

  /** First, because a learner's screen takes the place of their camera. */
  #closeUnwanted(): void {
    for (const [source, producer] of this.#producers) {
      if (this.#wanted[source]) continue
      this.#forget(source, producer)
      void this.#closeThere(producer.id)
    }
  }

  async #settle(source: Source): Promise<void> {
    const wanted = this.#wanted[source]
    if (!wanted || this.#closed || this.#ports.media.closed) return
    try {
      const producer = this.#producers.get(source)
      if (producer && !this.#outdated(source, producer)) await this.#adjust(producer, wanted)
      else if (producer) await this.#recode(source, producer, wanted)
      else if (wanted.track) await this.#produce(source, wanted, wanted.track)
    } catch (error) {
      // Over, or something newer is on its way (new transports, another wish): that decides.
      if (!this.#dirty && !this.#closed && !this.#ports.media.closed) this.#ports.onFault(source, error)
    }
  }

  async #produce(source: Source, { paused }: Wanted, track: MediaStreamTrack): Promise<void> {
    track.enabled = !paused
    const { codec, capability } = this.#ports.codecFor(source)
    const producer = await this.#ports.media.produce({
      ...sendingOf(source, codec, track.getSettings().height),
      ...(track.kind === 'video' && capability && { codec: capability }),
      track,
      appData: { source, paused },
    })
    this.#producers.set(source, producer)
    this.#limit.apply(producer)
  }

  async #adjust(producer: types.Producer, { track, paused }: Wanted): Promise<void> {
    if (producer.paused !== paused) {
      if (paused) producer.pause()
      else if (track) await producer.replaceTrack({ track }).then(() => producer.resume())
      this.#tellPaused(producer)
    }
    if (producer.track !== track) await producer.replaceTrack({ track })
    this.#limit.apply(producer)
  }

  #outdated(source: Source, { kind, rtpParameters }: types.Producer): boolean {
    const mimeType = rtpParameters.codecs[0]?.mimeType as VideoCodec // as `produce` was given it
    return kind === 'video' && !this.#ports.mayStay(source, mimeType)
  }

  /** The new one first, so that viewers change over without a gap. */
  async #recode(source: Source, earlier: types.Producer, wanted: Wanted): Promise<void> {
    const { track } = wanted
    this.#producers.delete(source)
    try {
      if (track) await this.#produce(source, wanted, track)
    } catch (error) {
      // Some see it still; the next try finds it here.
      if (!earlier.closed) this.#producers.set(source, earlier)
      throw error
    }
    this.#forgetLimit(earlier)
    void this.#closeThere(earlier.id)
  }

  #tellPaused(producer: types.Producer): void {
    const method = producer.paused ? 'producer.pause' : 'producer.resume'
    const again = () => producer.closed || this.#closed || this.#tellPaused(producer)
    this.#ports.request(method, { producerId: producer.id }).catch((error: unknown) => {
      // When it is lost otherwise, `check` finds the difference after the socket is back.
      if (isPassing(error)) setTimeout(again, againMs)
    })
  }

  async #closeThere(producerId: string): Promise<void> {
    await this.#ports.request('producer.close', { producerId }).catch(() => undefined)
  }

  #forget(source: Source, producer: types.Producer): void {
    this.#producers.delete(source)
    this.#forgetLimit(producer)
  }

  #forgetLimit(producer: types.Producer): void {
    producer.close()
    this.#limit.forget(producer.id)
  }
}
