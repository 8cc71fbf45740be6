/** Both ends of a producer that is brought to another router: a consumer here, and there a producer of the same id. */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import type { Host } from './host.ts'
import { socketBuffers } from './listen-infos.ts'
import { unavailable } from './refusals.ts'

/** A producer on the router where it is wanted; closing takes down what brought it there. */
export interface Ends {
  producer: types.Producer
  close(): void
}

export interface PortRange {
  min: number
  max: number
}

export interface Arriving {
  id: string
  kind: types.MediaKind
  rtpParameters: types.RtpParameters
  paused: boolean
  appData: types.AppData
}

/** The producer at the far end. @throws AppError media-unavailable */
export async function arrive(transport: types.PipeTransport, arriving: Arriving): Promise<types.Producer> {
  // its layers go through as they come: no key frames are asked for but by consumers
  return await limited(transport.produce(arriving), (late) => late.close())
}

/** Pauses or resumes it like the one that it comes from; a worker that is gone by then is no matter. */
export function follow(producer: types.Producer, paused: boolean): void {
  if (producer.closed || producer.paused === paused) return
  limited(paused ? producer.pause() : producer.resume()).catch(() => {})
}

/** Transports between the hosts of a room, one pair for each two, made when first needed. */
export class HostPairs {
  readonly #ports: PortRange
  readonly #pairs = new Map<string, Promise<Map<Host, types.PipeTransport>>>()

  constructor(ports: PortRange) {
    this.#ports = ports
  }

  /** Brings a producer of one host to another. @throws AppError media-unavailable */
  async pipe(producer: types.Producer, from: Host, to: Host): Promise<Ends> {
    const pair = await this.#between(from, to)
    const [near, far] = [pair.get(from), pair.get(to)]
    if (!near || !far || near.closed || far.closed) throw unavailable()
    const consumer = await limited(near.consume({ producerId: producer.id }), (late) => late.close())
    try {
      const { kind, rtpParameters, producerPaused: paused } = consumer
      const there = await arrive(far, {
        id: producer.id,
        kind,
        rtpParameters,
        paused,
        appData: producer.appData,
      })
      return join(consumer, there)
    } catch (error) {
      consumer.close()
      throw error
    }
  }

  async #between(a: Host, b: Host): Promise<Map<Host, types.PipeTransport>> {
    const key = [a.id, b.id].sort().join(' ')
    const known = this.#pairs.get(key)
    if (known) return await known
    const opening = this.#open(a, b)
    this.#pairs.set(key, opening)
    const forget = () => {
      if (this.#pairs.get(key) === opening) this.#pairs.delete(key)
    }
    try {
      const pair = await opening
      for (const { observer } of pair.values()) observer.once('close', forget)
      if ([...pair.values()].some(({ closed }) => closed)) forget()
      return pair
    } catch (error) {
      forget()
      throw error
    }
  }

  async #open(a: Host, b: Host): Promise<Map<Host, types.PipeTransport>> {
    const listenInfo = {
      protocol: 'udp' as const,
      ip: '127.0.0.1',
      portRange: this.#ports,
      ...socketBuffers,
    }
    const made = await Promise.allSettled([a.createPipe({ listenInfo }), b.createPipe({ listenInfo })])
    const [one, other] = made.map((end) => (end.status === 'fulfilled' ? end.value : undefined))
    const closeBoth = () => {
      one?.close()
      other?.close()
    }
    try {
      if (!one || !other) throw made.find((end) => end.status === 'rejected')?.reason
      one.observer.once('close', closeBoth)
      other.observer.once('close', closeBoth)
      await limited(Promise.all([one.connect(addressOf(other)), other.connect(addressOf(one))]))
      return new Map([
        [a, one],
        [b, other],
      ])
    } catch (error) {
      closeBoth()
      throw error
    }
  }
}

const addressOf = ({ tuple }: types.PipeTransport) => ({ ip: tuple.localAddress, port: tuple.localPort })

/** What happens to one end happens to the other. */
function join(consumer: types.Consumer, producer: types.Producer): Ends {
  const close = () => {
    consumer.close()
    producer.close()
  }
  consumer.observer.once('close', close)
  producer.observer.once('close', close)
  consumer.on('producerpause', () => follow(producer, true))
  consumer.on('producerresume', () => follow(producer, false))
  follow(producer, consumer.producerPaused)
  if (consumer.closed) close()
  return { producer, close }
}
