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
import type { Audibles } from './audible.ts'
import type { Channel } from './channel.ts'
import type { Host } from './host.ts'
import { PeerMedia } from './peer-media.ts'
import type { PeerMediaOptions } from './peer-media.ts'
import { producerInfo } from './producers.ts'
import type { Producer, ProducerWish } from './producers.ts'
import type { Receiver } from './receiver.ts'
import { unavailable } from './refusals.ts'
import type { Supply } from './supply.ts'

export interface PeerOptions extends PeerMediaOptions {
  mentor: boolean
  graceSeconds: number
}

export interface PeerListener {
  connectionChanged(state: Connection): void
  consumerOpened(consumer: ConsumerInfo): void
  consumerClosed(consumerId: string): void
  consumerFailed(error: unknown, producerId: string): void
  /** Nobody spoke for it for the grace time. */
  unclaimed(): void
}

export class Peer {
  readonly id: string
  readonly mentor: boolean
  closed = false
  readonly #options: PeerOptions
  readonly #listener: PeerListener
  #media: PeerMedia | undefined
  #owner: Channel | undefined
  #grace: NodeJS.Timeout | undefined

  constructor(options: PeerOptions, owner: Channel, listener: PeerListener) {
    this.id = options.id
    this.mentor = options.mentor
    this.#options = options
    this.#owner = owner
    this.#listener = listener
  }

  /**
   * Makes its transports, and paused consumers for what it sees and hears first.
   * @throws AppError peer-lost, media-refused, media-unavailable
   */
  async open(host: Host, supply: Supply, audibles: () => Audibles): Promise<MediaSetup> {
    const media = await PeerMedia.open(host, this.#options, supply, {
      connectionChanged: (state) => this.#listener.connectionChanged(state),
      opened: (consumer) => this.closed || this.#listener.consumerOpened(consumer),
      closed: (consumerId) => this.closed || this.#listener.consumerClosed(consumerId),
      failed: (error, producerId) => this.closed || this.#listener.consumerFailed(error, producerId),
    })
    if (this.closed) media.close()
    this.#requireOpen()
    this.#media = media
    if (!this.#owner) media.connection.setClaimed(false)
    const setup = await media.begin(audibles())
    this.#requireOpen()
    return setup
  }

  get host(): Host | undefined {
    return this.#media?.host
  }

  /** Also what repeats others. */
  get producers(): Producer[] {
    return this.#media?.producers.all ?? []
  }

  get info(): PeerInfo {
    const connection = this.#media?.connection.state ?? 'connecting'
    return { peerId: this.id, mentor: this.mentor, connection, producers: this.producers.map(producerInfo) }
  }

  get consumers(): ConsumerInfo[] {
    return this.#media?.receiver.infos ?? []
  }

  /** What it receives, once its media are there: told of all that changes in the room. */
  get receiver(): Receiver | undefined {
    return this.closed ? undefined : this.#media?.receiver
  }

  get media(): PeerMedia | undefined {
    return this.#media
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

  close(): void {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.#grace)
    this.#media?.close()
  }

  #requireOpen(): void {
    if (this.closed) throw new AppError('peer-lost', 'This connection has ended. Please join again.')
  }
}
