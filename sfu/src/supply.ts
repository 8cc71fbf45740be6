/** What a room offers a peer to receive: everything that others send, on whichever worker or node they are. */
import type { ProducerInfo } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import type { Host } from './host.ts'

/** Somebody's producer as the whole room knows it; `info.paused` follows the producer. */
export interface Offer {
  readonly info: Readonly<ProducerInfo>
  /** Of the mentor: seen and heard first. */
  readonly mentor: boolean
  /** Spatial layers that are produced: simulcast streams, or those of SVC. */
  readonly layers: number
  /** There is another of the same peer and source, and one of them will go: the peer moves from node to node. */
  readonly passing: boolean
}

export interface Supply {
  /** Everything that others than this peer send, in order of opening; never its own, also not from another node. */
  offersFor(peerId: string): Offer[]
  /** A microphone in RED, while its publisher sends it so: because `want` says a layer of it. */
  redundant(producerId: string): Offer | undefined
  /**
   * The producer on this host's router, piped there if it lives elsewhere; held for the caller until released.
   * Undefined when it closed meanwhile. @throws AppError media-unavailable
   */
  take(producerId: string, host: Host): Promise<types.Producer | undefined>
  /** What was taken there is not needed any more; a pipe that nobody holds is closed some seconds later. */
  release(producer: types.Producer, host: Host): void
  /**
   * The largest spatial layer that this peer looks at now; null: it does not look. The room tells the publisher.
   * 1 of a microphone: it is to be sent in RED, too.
   */
  want(producerId: string, peerId: string, layer: number | null): void
}
