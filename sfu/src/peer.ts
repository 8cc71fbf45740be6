/** One device in a room: who speaks for it, and its media while it lasts. */
import { AppError } from '@peerlearn/contract/errors'
import type {
  Connection,
  ConsumerInfo,
  DtlsParameters,
  IceParameters,
  MediaSetup,
} from '@peerlearn/contract/media'
import type { PeerInfo } from '@peerlearn/contract/sfu'
import type { Channel } from './channel.ts'
import type { Host } from './host.ts'
import { PeerMedia } from './peer-media.ts'
import type { PeerMediaOptions } from './peer-media.ts'
import { producerInfo } from './producers.ts'
import type { Producer, ProducerWish } from './producers.ts'
import { unavailable } from './refusals.ts'

export interface PeerOptions extends PeerMediaOptions {
  graceSeconds: number
}

export interface PeerListener {
  connectionChanged(state: Connection): void
  consumerOpened(consumer: ConsumerInfo): void
  consumerClosed(consumerId: string): void
  /** Nobody spoke for it for the grace time. */
  unclaimed(): void
}

export class Peer {
  readonly id: string
  closed = false
  readonly #options: PeerOptions
  readonly #listener: PeerListener
  #media: PeerMedia | undefined
  #owner: Channel | undefined
  #grace: NodeJS.Timeout | undefined
  /** It has everything that was in the room when it came: from now on it is given what is new. */
  #open = false

  constructor(options: PeerOptions, owner: Channel, listener: PeerListener) {
    this.id = options.id
    this.#options = options
    this.#owner = owner
    this.#listener = listener
  }

  /**
   * Makes its transports, and a paused consumer for each producer of others, asking again until none is new.
   * @throws AppError peer-lost, media-refused, media-unavailable
   */
  async open(host: Host, producersOfOthers: () => Producer[]): Promise<MediaSetup> {
    const media = await PeerMedia.open(host, this.#options, (state) =>
      this.#listener.connectionChanged(state),
    )
    if (this.closed) media.close()
    this.#requireOpen()
    this.#media = media
    if (!this.#owner) media.connection.setClaimed(false)
    const seen = new Set<Producer>()
    for (;;) {
      const fresh = producersOfOthers().filter((producer) => !seen.has(producer))
      if (fresh.length === 0) break
      await Promise.all(fresh.map((producer) => this.#consume(media, producer)))
      for (const producer of fresh) seen.add(producer)
      this.#requireOpen()
    }
    this.#open = true
    return { ...media.transports, consumers: media.consumers.infos }
  }

  get host(): Host | undefined {
    return this.#media?.host
  }

  get producers(): Producer[] {
    return this.#media?.producers.list ?? []
  }

  get info(): PeerInfo {
    const connection = this.#media?.connection.state ?? 'connecting'
    return { peerId: this.id, connection, producers: this.producers.map(producerInfo) }
  }

  get consumers(): ConsumerInfo[] {
    return this.#media?.consumers.infos ?? []
  }

  /** Offers another's new producer to this peer. */
  async receive(producer: Producer): Promise<void> {
    if (!this.#open || this.closed || !this.#media) return
    const info = await this.#consume(this.#media, producer)
    if (info && !this.closed) this.#listener.consumerOpened(info)
  }

  /** The media for one request, which fails with peer-lost when the peer goes while it runs. @throws AppError */
  async use<T>(request: (media: PeerMedia) => Promise<T> | T): Promise<T> {
    this.#requireOpen()
    if (!this.#media) throw unavailable()
    const result = await request(this.#media)
    this.#requireOpen()
    return result
  }

  connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    return this.use((media) => media.connect(transportId, dtlsParameters))
  }

  restartIce(transportId: string): Promise<IceParameters> {
    return this.use((media) => media.restartIce(transportId))
  }

  produce(transportId: string, wish: ProducerWish): Promise<Producer> {
    return this.use(async ({ send, producers }) => {
      if (transportId !== send.id) throw new AppError('not-found', 'There is no such transport to send on.')
      return await producers.create(wish)
    })
  }

  /** The channel speaks for it from now on. */
  claim(owner: Channel): void {
    clearTimeout(this.#grace)
    this.#owner = owner
    this.#media?.connection.setClaimed(true)
  }

  /** Its grace begins, unless another channel speaks for it by now. */
  release(owner: Channel): void {
    if (this.#owner !== owner || this.closed) return
    this.#owner = undefined
    this.#media?.connection.setClaimed(false)
    this.#grace = setTimeout(() => this.#listener.unclaimed(), this.#options.graceSeconds * 1_000)
  }

  judge(): void {
    this.#media?.judge()
  }

  /** Bits since the last call. */
  async traffic(): Promise<{ bitsIn: number; bitsOut: number }> {
    return (await this.#media?.traffic()) ?? { bitsIn: 0, bitsOut: 0 }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.#grace)
    this.#media?.close()
  }

  /** One that closes while the peer is still being set up was never told, and is only left out. */
  #consume(media: PeerMedia, producer: Producer): Promise<ConsumerInfo | undefined> {
    return media.consumers.open(producer, (id) => this.#open && this.#listener.consumerClosed(id))
  }

  #requireOpen(): void {
    if (this.closed) throw new AppError('peer-lost', 'This connection has ended. Please join again.')
  }
}
