/** A room's foothold on one worker: its router, and the transports made there. */
import type { types } from 'mediasoup'
import { initialOutgoingBitrate, mediaCodecs } from './codecs.ts'
import { limited } from './deadline.ts'
import type { WorkerSlot } from './worker-slot.ts'

/** Seconds without any sign of a browser (it asks every 2.5 s) until its path counts as gone. */
const iceConsentTimeout = 10

export class Host {
  readonly router: types.Router
  readonly loudness: types.AudioLevelObserver
  readonly #server: types.WebRtcServer
  readonly #slot: WorkerSlot

  private constructor(
    slot: WorkerSlot,
    server: types.WebRtcServer,
    router: types.Router,
    loudness: types.AudioLevelObserver,
  ) {
    this.#slot = slot
    this.#server = server
    this.router = router
    this.loudness = loudness
    slot.rooms += 1
    router.observer.once('close', () => (slot.rooms -= 1))
  }

  /** @throws AppError media-unavailable */
  static async open(slot: WorkerSlot): Promise<Host> {
    const { router, server } = await slot.createRouter(mediaCodecs)
    try {
      const loudness = await limited(
        router.createAudioLevelObserver({ maxEntries: 5, threshold: -60, interval: 400 }),
      )
      return new Host(slot, server, router, loudness)
    } catch (error) {
      router.close()
      throw error
    }
  }

  get closed(): boolean {
    return this.router.closed
  }

  async createTransport(): Promise<types.WebRtcTransport> {
    const transport = await limited(
      this.router.createWebRtcTransport({
        webRtcServer: this.#server,
        enableUdp: true,
        enableTcp: true,
        preferUdp: true,
        iceConsentTimeout,
        initialAvailableOutgoingBitrate: initialOutgoingBitrate,
      }),
      (late) => late.close(),
    )
    transport.observer.on('newconsumer', (consumer) => {
      this.#slot.consumers += 1
      consumer.observer.once('close', () => (this.#slot.consumers -= 1))
    })
    return transport
  }

  close(): void {
    this.router.close()
  }
}
