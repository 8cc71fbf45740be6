/** A room's foothold on one worker: its router, and the transports made there. */
import { randomUUID } from 'node:crypto'
import type { types } from 'mediasoup'
import { initialOutgoingBitrate, mediaCodecs } from './codecs.ts'
import { limited } from './deadline.ts'
import { Loudness } from './loudness.ts'
import { Rates } from './rates.ts'
import { unavailable } from './refusals.ts'
import type { WorkerSlot } from './worker-slot.ts'

/** Seconds without any sign of a browser (it asks every 2.5 s) until its path counts as gone. */
const iceConsentTimeout = 10

export class Host {
  readonly id = randomUUID()
  readonly slot: WorkerSlot
  readonly router: types.Router
  readonly loudness: Loudness
  readonly rates = new Rates()
  /** To other workers and nodes. */
  readonly pipeTransports = new Set<types.PipeTransport>()
  readonly #server: types.WebRtcServer
  /** Streams that come or go through its pipes now. */
  #piped = 0

  private constructor(
    slot: WorkerSlot,
    server: types.WebRtcServer,
    router: types.Router,
    loudness: Loudness,
  ) {
    this.#server = server
    this.slot = slot
    this.router = router
    this.loudness = loudness
    slot.rooms += 1
    router.observer.once('close', () => {
      slot.rooms -= 1
      loudness.close()
    })
  }

  /** @throws AppError media-unavailable */
  static async open(slot: WorkerSlot): Promise<Host> {
    const { router, server } = await slot.createRouter(mediaCodecs)
    try {
      const loudness = await Loudness.open(router)
      if (!router.closed) return new Host(slot, server, router, loudness)
      loudness.close()
      throw unavailable()
    } catch (error) {
      router.close()
      throw error
    }
  }

  get closed(): boolean {
    return this.router.closed
  }

  /** Does anything come or go through its pipes? */
  get isPassedThrough(): boolean {
    return this.#piped > 0
  }

  /** @throws AppError media-unavailable */
  async createTransport(): Promise<types.WebRtcTransport> {
    const asked = this.router.createWebRtcTransport({
      webRtcServer: this.#server,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      iceConsentTimeout,
      initialAvailableOutgoingBitrate: initialOutgoingBitrate,
    })
    return await this.#adopt(asked, 'producers')
  }

  /** @throws AppError media-unavailable */
  async createPipe(options: types.PipeTransportOptions): Promise<types.PipeTransport> {
    const transport = await this.#adopt(this.router.createPipeTransport(options), 'pipes')
    this.pipeTransports.add(transport)
    transport.observer.once('close', () => this.pipeTransports.delete(transport))
    return transport
  }

  close(): void {
    this.router.close()
  }

  /** One that was asked for before the router closed, and came after, would never be closed. */
  async #adopt<T extends types.Transport>(asked: Promise<T>, produced: 'producers' | 'pipes'): Promise<T> {
    const transport = await limited(asked, (late) => late.close()).catch((error: unknown) => {
      throw this.closed ? unavailable() : error
    })
    if (this.closed) {
      transport.close()
      throw unavailable()
    }
    countOn(this.slot, transport, produced, (change) => {
      if (produced === 'pipes') this.#piped += change
    })
    return transport
  }
}

/**
 * Keeps the worker's counts true; what arrives through a pipe counts as such. What was asked for before the transport
 * closed, and answered after, would otherwise never be closed.
 */
function countOn(
  slot: WorkerSlot,
  transport: types.Transport,
  produced: 'producers' | 'pipes',
  onStream: (change: 1 | -1) => void,
): void {
  const { observer } = transport
  slot.transports += 1
  observer.once('close', () => (slot.transports -= 1))
  observer.on('newconsumer', (consumer) => {
    if (transport.closed) return consumer.close()
    const count = (change: 1 | -1) => {
      slot.consumers += change
      onStream(change)
    }
    count(1)
    consumer.observer.once('close', () => count(-1))
  })
  observer.on('newproducer', (producer) => {
    if (transport.closed) return producer.close()
    const count = (change: 1 | -1) => {
      slot[produced] += change
      onStream(change)
    }
    count(1)
    producer.observer.once('close', () => count(-1))
  })
}
