/** Everything that is sent in a room, in order of opening: by peers of this node, and of others. */
import { redundantOf } from '@peerlearn/contract/media'
import type { ProducerInfo, Source } from '@peerlearn/contract/media'
import { parseScalabilityMode } from 'mediasoup'
import type { types } from 'mediasoup'
import type { Host } from './host.ts'
import type { Ends } from './pipe-ends.ts'
import { isRedundant } from './redundancy.ts'
import type { Offer } from './supply.ts'

/** Another node, of which a producer can be had. */
export interface Origin {
  /** Pipes it to this host. @throws AppError media-unavailable */
  land(producerId: string, host: Host): Promise<Ends>
  want(producerId: string, layer: number): void
}

/** Where the producer itself is. */
export type Home = { host: Host; producer: types.Producer } | { origin: Origin }

/** How a far one is encoded is known once it was piped: until then the best of it is asked for. */
const mostLayers: Record<Source, number> = { camera: 3, screen: 2, microphone: 1, 'screen-audio': 1 }

export class Sent implements Offer {
  readonly info: ProducerInfo
  readonly mentor: boolean
  readonly home: Home
  layers: number
  passing = false

  constructor(info: ProducerInfo, mentor: boolean, home: Home) {
    this.info = info
    this.mentor = mentor
    this.home = home
    this.layers = 'producer' in home ? layersOf(home.producer.rtpParameters) : mostLayers[info.source]
  }
}

export class Offers {
  readonly #byId = new Map<string, Sent>()
  /** Microphones once more, in RED: offered only to who asks for them. */
  readonly #redundant = new Map<string, Sent>()

  get all(): Sent[] {
    return [...this.#byId.values()]
  }

  find(producerId: string): Sent | undefined {
    return this.#byId.get(producerId) ?? this.#redundant.get(producerId)
  }

  /** This microphone in RED, while it is sent so. */
  redundant(producerId: string): Sent | undefined {
    return this.#redundant.get(redundantOf(producerId))
  }

  /** A peer that moves is on two nodes for a moment: it is never offered itself. */
  for(peerId: string): Sent[] {
    return this.all.filter(({ info }) => info.peerId !== peerId)
  }

  of(origin: Origin): Sent[] {
    return this.all.filter(({ home }) => 'origin' in home && home.origin === origin)
  }

  add(sent: Sent): void {
    this.#mapOf(sent.info.producerId).set(sent.info.producerId, sent)
    this.#markTwins(sent)
  }

  remove(producerId: string): Sent | undefined {
    const sent = this.find(producerId)
    this.#mapOf(producerId).delete(producerId)
    if (sent) this.#markTwins(sent)
    return sent
  }

  #mapOf(producerId: string): Map<string, Sent> {
    return isRedundant(producerId) ? this.#redundant : this.#byId
  }

  /** One node has one of each source of a peer: the others are another node's, which the peer leaves or came to. */
  #markTwins({ info: { peerId, source } }: Sent): void {
    const twins = this.all.filter(({ info }) => info.peerId === peerId && info.source === source)
    for (const twin of twins) twin.passing = twin !== twins.at(-1)
  }
}

/** Streams of simulcast, or spatial layers of SVC. */
export function layersOf({ encodings = [] }: types.RtpParameters): number {
  const spatial = encodings.map(({ scalabilityMode }) => parseScalabilityMode(scalabilityMode).spatialLayers)
  return Math.max(1, encodings.length, ...spatial)
}
