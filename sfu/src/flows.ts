/** How many packets and bytes each layer of a room's producers brought lately: a few calls tell it for all who look. */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'

/** Milliseconds that a measurement waits for a worker. */
export const measureLimit = 1_000

export interface Flow {
  packets: number
  bytes: number
}

const none: Flow = { packets: 0, bytes: 0 }

export class Flows {
  /** producer → stream → counted so far */
  #counted = new Map<string, Map<number, Flow>>()
  #lately = new Map<string, Flow[]>()

  /** Since the last call. */
  async measure(producers: types.Producer[]): Promise<void> {
    const counted = new Map<string, Map<number, Flow>>()
    const lately = new Map<string, Flow[]>()
    const measureOne = async (producer: types.Producer) => {
      if (counted.has(producer.id)) return
      const before = this.#counted.get(producer.id)
      counted.set(producer.id, before ?? new Map<number, Flow>())
      const streams = await limited(producer.getStats(), undefined, measureLimit).catch(() => undefined)
      if (!streams) return
      const now = new Map<number, Flow>(
        streams.map((s) => [s.ssrc, { packets: s.packetCount, bytes: s.byteCount }]),
      )
      counted.set(producer.id, now)
      lately.set(producer.id, before ? sinceThen(before, now, ssrcsOf(producer)) : [])
    }
    await Promise.all(producers.map(measureOne))
    this.#counted = counted
    this.#lately = lately
  }

  /** All its layers together. */
  of(producerId: string): Flow {
    return sum(this.#lately.get(producerId) ?? [])
  }

  /** What one who looks at it gets. */
  through({ producerId, currentLayers, paused, producerPaused }: types.Consumer): Flow {
    if (paused || producerPaused) return none
    const layers = this.#lately.get(producerId) ?? []
    if (layers.length < 2) return sum(layers)
    return layers[currentLayers?.spatialLayer ?? 0] ?? none
  }
}

/** In the order of its layers; streams that are not signalled by ssrc come as they first arrived. */
function sinceThen(before: Map<number, Flow>, now: Map<number, Flow>, order: number[]): Flow[] {
  const ssrcs = [...now.keys()].sort((a, b) => order.indexOf(a) - order.indexOf(b))
  return ssrcs.map((ssrc) => {
    const [was, is] = [before.get(ssrc) ?? none, now.get(ssrc) ?? none]
    return { packets: Math.max(0, is.packets - was.packets), bytes: Math.max(0, is.bytes - was.bytes) }
  })
}

const ssrcsOf = ({ rtpParameters }: types.Producer) =>
  (rtpParameters.encodings ?? []).flatMap(({ ssrc }) => (ssrc === undefined ? [] : [ssrc]))

export const sum = (flows: Flow[]): Flow =>
  flows.reduce(
    (all, { packets, bytes }) => ({ packets: all.packets + packets, bytes: all.bytes + bytes }),
    none,
  )
