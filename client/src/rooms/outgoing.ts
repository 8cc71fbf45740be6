/**
 * What this person sends: told what is wanted, it makes the producers so, one step at a time, and again after the
 * transports were rebuilt or the socket was away. No Svelte.
 */
import type { types } from 'mediasoup-client'
import type { ProducerInfo, Source } from '@peerlearn/contract/media'
import type { Socket } from '../lib/socket.ts'
import { sending } from './encodings.ts'
import type { Media } from './media.ts'

/** A source that is sent. Paused: nothing goes out, and it is back at once. `track` null: the device is closed meanwhile. */
export interface Wanted {
  track: MediaStreamTrack | null
  paused: boolean
}
export type WantedSources = Partial<Record<Source, Wanted>>

interface Ports {
  media: Media
  request: Socket['request']
  /** This source could not be sent. */
  onFault: (source: Source, error: unknown) => void
}

const order: Source[] = ['microphone', 'camera', 'screen', 'screen-audio']

export class Outgoing {
  #ports: Ports
  #wanted: WantedSources = {}
  #producers = new Map<Source, types.Producer>()
  #running = false
  #dirty = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Send exactly this from now on. */
  want(wanted: WantedSources): void {
    this.#wanted = wanted
    this.#reconcile()
  }

  /** The transports are new: everything wanted is sent anew. */
  restart(): void {
    this.#producers.clear()
    this.#reconcile()
  }

  /** What the server has of us, after the socket was away: whatever differs is set right. */
  check(known: ProducerInfo[]): void {
    for (const [source, producer] of this.#producers) {
      const theirs = known.find((info) => info.producerId === producer.id)
      if (!theirs) this.#forget(source, producer)
      else if (theirs.paused !== producer.paused) this.#tellPaused(producer)
    }
    const mine = new Set([...this.#producers.values()].map((producer) => producer.id))
    for (const { producerId } of known) if (!mine.has(producerId)) this.#closeThere(producerId)
    this.#reconcile()
  }

  close(): void {
    this.#wanted = {}
    this.#producers.clear()
  }

  #reconcile(): void {
    this.#dirty = true
    if (!this.#running) void this.#run()
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#dirty) {
      this.#dirty = false
      this.#closeUnwanted()
      for (const source of order) await this.#settle(source)
    }
    this.#running = false
  }

  /** First, because a learner's screen takes the place of their camera. */
  #closeUnwanted(): void {
    for (const [source, producer] of this.#producers) {
      if (this.#wanted[source]) continue
      this.#forget(source, producer)
      this.#closeThere(producer.id)
    }
  }

  async #settle(source: Source): Promise<void> {
    const wanted = this.#wanted[source]
    if (!wanted || !this.#ports.media.canSend) return
    try {
      const producer = this.#producers.get(source)
      if (producer) await this.#adjust(producer, wanted)
      else if (wanted.track) await this.#produce(source, wanted, wanted.track)
    } catch (error) {
      // Over, or something newer is on its way (a rebuilt transport, another wish): that decides.
      if (!this.#dirty && this.#ports.media.canSend) this.#ports.onFault(source, error)
    }
  }

  async #produce(source: Source, { paused }: Wanted, track: MediaStreamTrack): Promise<void> {
    track.enabled = !paused
    const options = structuredClone(sending[source]) // mediasoup-client writes into them
    const producer = await this.#ports.media.produce({ ...options, track, appData: { source, paused } })
    this.#producers.set(source, producer)
  }

  async #adjust(producer: types.Producer, { track, paused }: Wanted): Promise<void> {
    if (producer.paused !== paused) {
      if (paused) producer.pause()
      else if (track) await producer.replaceTrack({ track }).then(() => producer.resume())
      this.#tellPaused(producer)
    }
    if (producer.track !== track) await producer.replaceTrack({ track })
  }

  #tellPaused(producer: types.Producer): void {
    const method = producer.paused ? 'producer.pause' : 'producer.resume'
    // When it is lost, `check` finds the difference after the socket is back.
    this.#ports.request(method, { producerId: producer.id }).catch(() => undefined)
  }

  #closeThere(producerId: string): void {
    this.#ports.request('producer.close', { producerId }).catch(() => undefined)
  }

  #forget(source: Source, producer: types.Producer): void {
    producer.close()
    this.#producers.delete(source)
  }
}
