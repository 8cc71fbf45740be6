/**
 * How many bits a second the layers of a host's producers take on their way to a receiver, asked of the worker at most
 * once a second for all receivers together.
 */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'

const maxAge = 900
/** Bytes of IP, UDP and SRTP around each packet that its own count leaves out. */
const envelope = 20 + 8 + 10
/** A screen is still for minutes and then sends a whole new picture: its share is that of a longer time. */
const screenMemory = 0.85
const memory = 0.4
/** Milliseconds after which what was not seen again says little: it may have been a burst. */
const oldAfter = 30_000

interface Known {
  at: number
  asking: Promise<void> | undefined
  /** Packets of each stream when last asked. */
  packets: number[]
  /** Bits a second by spatial layer; 0: never seen. */
  layers: number[]
  /** When each was seen last. */
  seenAt: number[]
}

export class Rates {
  readonly #known = new WeakMap<types.Producer, Known>()
  readonly #clock: () => number

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
  }

  /** Measures anew what is older than a second. */
  async look(producers: Iterable<types.Producer>): Promise<void> {
    await Promise.all(Array.from(producers, (producer) => this.#look(producer)))
  }

  /** As last seen while it flowed; undefined when it never was. */
  of(producer: types.Producer, layer: number): number | undefined {
    return this.#known.get(producer)?.layers[layer] || undefined
  }

  /** Was it last seen long ago? A layer that nobody looks at is not sent, hence not seen: what it took once may be a burst's. */
  isOld(producer: types.Producer, layer: number): boolean {
    const seenAt = this.#known.get(producer)?.seenAt[layer]
    return seenAt !== undefined && this.#clock() - seenAt > oldAfter
  }

  async #look(producer: types.Producer): Promise<void> {
    const known = this.#known.get(producer) ?? {
      at: 0,
      asking: undefined,
      packets: [],
      layers: [],
      seenAt: [],
    }
    this.#known.set(producer, known)
    const isFresh = this.#clock() - known.at < maxAge || producer.closed
    if (!isFresh) known.asking ??= this.#ask(producer, known).finally(() => (known.asking = undefined))
    await known.asking
  }

  async #ask(producer: types.Producer, known: Known): Promise<void> {
    const stats = await limited(producer.getStats()).catch(() => [])
    const now = this.#clock()
    const seconds = (now - known.at) / 1_000
    const kept = producer.appData.source === 'screen' ? screenMemory : memory
    for (const stream of stats) {
      const index = streamIndex(producer, stream)
      const packets = stream.packetCount - (known.packets[index] ?? stream.packetCount)
      known.packets[index] = stream.packetCount
      const wrapping = (packets / seconds) * envelope * 8
      for (const [layer, bits] of layersOf(stream, index)) {
        if (bits === 0) continue
        const share = stream.bitrate > 0 ? bits / stream.bitrate : 1
        const measured = bits + wrapping * share
        const before = this.isOld(producer, layer) ? undefined : known.layers[layer]
        known.seenAt[layer] = now
        known.layers[layer] = before ? before * kept + measured * (1 - kept) : measured
      }
    }
    known.at = now
  }
}

function streamIndex({ rtpParameters }: types.Producer, { rid, ssrc }: types.ProducerStat): number {
  const encodings = rtpParameters.encodings ?? []
  const index = encodings.findIndex((encoding) =>
    encoding.ssrc === undefined ? encoding.rid === rid : encoding.ssrc === ssrc,
  )
  return Math.max(0, index)
}

/** A simulcast stream is one layer; within one of SVC, the sums up to each layer. */
function layersOf({ bitrate, bitrateByLayer }: types.ProducerStat, stream: number): [number, number][] {
  const spatial = new Map<number, number>()
  for (const [name, bits] of Object.entries(bitrateByLayer)) {
    const layer = Number(name.split('.')[0])
    spatial.set(layer, Math.max(spatial.get(layer) ?? 0, bits))
  }
  return spatial.size > 1 ? [...spatial] : [[stream, bitrate]]
}
