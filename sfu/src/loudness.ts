/**
 * How loud a host's microphones are, read from what their browsers measured (RFC 6464), not decoded. Usually mediasoup's
 * observer tells every 400 ms, at nearly no cost; fast, each packet comes here, and a voice is known by its first.
 */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { levelOf } from './levels.ts'

const levelUri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level'
const interval = 400
const threshold = -60

type OnLevel = (producerId: string, dBov: number) => void

export class Loudness {
  readonly #router: types.Router
  readonly #observer: types.AudioLevelObserver
  readonly #transport: types.DirectTransport
  /** Of each microphone, while fast. */
  readonly #ears = new Map<types.Producer, types.Consumer | undefined>()
  readonly #listeners = new Set<OnLevel>()
  #isFast = false

  private constructor(
    router: types.Router,
    observer: types.AudioLevelObserver,
    transport: types.DirectTransport,
  ) {
    this.#router = router
    this.#observer = observer
    this.#transport = transport
    observer.on('volumes', (volumes) => {
      if (!this.#isFast) for (const { producer, volume } of volumes) this.#tell(producer.id, volume)
    })
  }

  /** @throws AppError media-unavailable */
  static async open(router: types.Router): Promise<Loudness> {
    const [observer, transport] = await Promise.all([
      limited(router.createAudioLevelObserver({ maxEntries: 5, threshold, interval })),
      limited(router.createDirectTransport()),
    ])
    return new Loudness(router, observer, transport)
  }

  /** Microphones of the host's own peers, not piped ones; gone by themselves when they close. */
  async add(producer: types.Producer): Promise<void> {
    this.#ears.set(producer, undefined)
    producer.observer.once('close', () => this.#ears.delete(producer))
    await limited(this.#observer.addProducer({ producerId: producer.id }))
    if (this.#isFast) await this.#listen(producer)
  }

  onLevel(run: OnLevel): void {
    this.#listeners.add(run)
  }

  /** Fast: each packet is looked at. */
  setFast(on: boolean): void {
    if (this.#isFast === on) return
    this.#isFast = on
    for (const [producer, ear] of this.#ears) {
      if (on) void this.#listen(producer).catch(() => {})
      else ear?.close()
    }
  }

  close(): void {
    this.#listeners.clear()
    this.#transport.close()
    this.#observer.close()
  }

  async #listen(producer: types.Producer): Promise<void> {
    if (this.#ears.get(producer)) return
    const ear = await limited(
      this.#transport.consume({ producerId: producer.id, rtpCapabilities: this.#router.rtpCapabilities }),
      (late) => late.close(),
    )
    if (!this.#isFast || this.#ears.get(producer) || !this.#ears.has(producer)) return ear.close()
    this.#ears.set(producer, ear)
    ear.observer.once('close', () => {
      if (this.#ears.get(producer) === ear) this.#ears.set(producer, undefined)
    })
    const id = ear.rtpParameters.headerExtensions?.find(({ uri }) => uri === levelUri)?.id
    ear.on('rtp', (packet) => {
      const level = id === undefined ? undefined : levelOf(packet, id)
      if (level !== undefined) this.#tell(producer.id, level)
    })
  }

  #tell(producerId: string, dBov: number): void {
    for (const run of this.#listeners) run(producerId, dBov)
  }
}
