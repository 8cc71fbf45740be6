/**
 * Video codecs in which the peers of a node are spoken to: what all of them decode. While somebody spares that is VP8 alone,
 * which has a stream of its own for a small picture: the layers of the others are only cheap together.
 */
import type { RtpCapabilities, VideoCodec } from '@peerlearn/contract/media'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import { commonCodecs } from './codecs.ts'

const spares = new Set<ReceiveRule['mode']>(['saver', 'slides'])

export class SpokenCodecs {
  readonly #changed: (codecs: VideoCodec[]) => void
  readonly #peers = new Map<string, { capabilities: RtpCapabilities; spares: boolean }>()
  #all = commonCodecs([])

  constructor(changed: (codecs: VideoCodec[]) => void) {
    this.#changed = changed
  }

  /** Best first. */
  get all(): VideoCodec[] {
    return this.#all
  }

  set(peerId: string, capabilities: RtpCapabilities, { mode }: ReceiveRule): void {
    this.#peers.set(peerId, { capabilities, spares: spares.has(mode) })
    this.#consider()
  }

  remove(peerId: string): void {
    if (this.#peers.delete(peerId)) this.#consider()
  }

  #consider(): void {
    const present = [...this.#peers.values()]
    const common = commonCodecs(present.map(({ capabilities }) => capabilities))
    const codecs = present.some((peer) => peer.spares)
      ? common.filter((codec) => codec === 'video/VP8')
      : common
    if (codecs.join() === this.#all.join()) return
    this.#all = codecs
    this.#changed(codecs)
  }
}
