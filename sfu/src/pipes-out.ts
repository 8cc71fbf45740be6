/** This node's ends of the pipes to other nodes: what one of them asked for is sent there, until it lets go of it. */
import { AppError } from '@peerlearn/contract/errors'
import type { PipeEnd } from '@peerlearn/contract/sfu'
import type { RtpParameters } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import type { Channel } from './channel.ts'
import { limited } from './deadline.ts'
import type { Host } from './host.ts'
import { socketBuffers } from './listen-infos.ts'
import type { PortRange } from './pipe-ends.ts'
import { unavailable } from './refusals.ts'
import type { Supply } from './supply.ts'

/** Pipes that one node may have to one room: it needs one for each of its own workers. */
const maxPipes = 256

/** Where pipes between nodes listen, and the address that other nodes are told. */
export interface PipeAddress {
  address: string
  ports: PortRange
}

interface Out {
  channel: Channel
  host: Host
  transport: types.PipeTransport
  consumers: Map<string, types.Consumer>
}

type PipeSupply = Pick<Supply, 'take' | 'release' | 'want'>

/** @throws AppError media-unavailable */
export async function openPipeEnd(host: Host, at: PipeAddress): Promise<types.PipeTransport> {
  const ip = at.address.includes(':') ? '::' : '0.0.0.0'
  return await host.createPipe({
    listenInfo: { protocol: 'udp', ip, announcedAddress: at.address, portRange: at.ports, ...socketBuffers },
    enableSrtp: true,
    enableRtx: true,
  })
}

export function pipeEndOf(transport: types.PipeTransport, at: PipeAddress): PipeEnd {
  if (!transport.srtpParameters) throw new Error('A pipe between nodes has SRTP.')
  return { ip: at.address, port: transport.tuple.localPort, srtpParameters: transport.srtpParameters }
}

/** @throws AppError media-unavailable */
export async function connectPipe(transport: types.PipeTransport, far: PipeEnd): Promise<void> {
  // an unknown crypto suite is refused by mediasoup itself
  const srtpParameters = far.srtpParameters as types.SrtpParameters
  await limited(transport.connect({ ip: far.ip, port: far.port, srtpParameters }))
}

export class PipesOut {
  readonly #supply: PipeSupply
  readonly #at: PipeAddress
  readonly #byId = new Map<string, Out>()

  constructor(supply: PipeSupply, at: PipeAddress) {
    this.#supply = supply
    this.#at = at
  }

  /** @throws AppError limit-reached, media-unavailable */
  async open(channel: Channel, pipeId: string, far: PipeEnd, host: Host): Promise<PipeEnd> {
    this.close(pipeId)
    if (this.#byId.size >= maxPipes) throw new AppError('limit-reached', 'No more pipes from this room.')
    const transport = await openPipeEnd(host, this.#at)
    try {
      await connectPipe(transport, far)
      if (channel.closed || transport.closed) throw unavailable()
    } catch (error) {
      transport.close()
      throw error
    }
    const out: Out = { channel, host, transport, consumers: new Map() }
    this.#byId.set(pipeId, out)
    transport.observer.once('close', () => this.#byId.get(pipeId) === out && this.#byId.delete(pipeId))
    return pipeEndOf(transport, this.#at)
  }

  /** @throws AppError not-found, media-unavailable */
  async consume(pipeId: string, producerId: string) {
    const { host, transport, consumers } = this.#get(pipeId)
    this.release(pipeId, producerId)
    const producer = await this.#supply.take(producerId, host)
    if (!producer) throw new AppError('not-found', 'There is no such producer.')
    let consumer: types.Consumer
    try {
      consumer = await limited(transport.consume({ producerId }), (late) => late.close())
    } catch (error) {
      this.#supply.release(producer, host)
      if (error instanceof AppError) throw error
      throw unavailable()
    }
    if (consumer.closed || producer.closed) {
      consumer.close()
      this.#supply.release(producer, host)
      throw unavailable()
    }
    consumers.set(producerId, consumer)
    consumer.observer.once('close', () => {
      if (consumers.get(producerId) === consumer) consumers.delete(producerId)
      this.#supply.want(producerId, lookerOf(pipeId), null)
      this.#supply.release(producer, host)
    })
    // what mediasoup makes is within the contract; only its types are looser (parameters: unknown)
    const rtpParameters = consumer.rtpParameters as RtpParameters
    return { kind: consumer.kind, rtpParameters, paused: consumer.producerPaused }
  }

  release(pipeId: string, producerId: string): void {
    this.#byId.get(pipeId)?.consumers.get(producerId)?.close()
  }

  want(pipeId: string, producerId: string, layer: number): void {
    if (!this.#byId.get(pipeId)?.consumers.has(producerId)) return
    this.#supply.want(producerId, lookerOf(pipeId), layer < 0 ? null : layer)
  }

  close(pipeId: string): void {
    this.#byId.get(pipeId)?.transport.close()
  }

  /** The node behind this channel is gone. */
  drop(channel: Channel): void {
    for (const out of [...this.#byId.values()]) if (out.channel === channel) out.transport.close()
  }

  closeAll(): void {
    for (const out of [...this.#byId.values()]) out.transport.close()
  }

  #get(pipeId: string): Out {
    const out = this.#byId.get(pipeId)
    if (!out) throw new AppError('not-found', 'There is no such pipe.')
    return out
  }
}

/** Another node counts as one who looks, for each of its pipes. */
const lookerOf = (pipeId: string) => `node ${pipeId}`
