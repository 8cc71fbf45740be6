/** A peer's media on one host: a transport to send, one to receive, and what goes through them. */
import { AppError } from '@peerlearn/contract/errors'
import type {
  Connection,
  DtlsParameters,
  IceParameters,
  RtpCapabilities,
  TransportInfo,
} from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import { maxIncomingBitrate } from './codecs.ts'
import { ConnectionWatch } from './connection.ts'
import { Consumers } from './consumers.ts'
import { limited } from './deadline.ts'
import type { Host } from './host.ts'
import { Producers } from './producers.ts'
import type { Producer, ProducerLimits } from './producers.ts'
import { acceptedCapabilities, fromClient } from './refusals.ts'
import { Traffic } from './traffic.ts'

export interface PeerMediaOptions {
  id: string
  rtpCapabilities: RtpCapabilities
  maxProducers: ProducerLimits
}

export class PeerMedia {
  readonly host: Host
  readonly send: types.WebRtcTransport
  readonly recv: types.WebRtcTransport
  readonly producers: Producers
  readonly consumers: Consumers
  readonly connection: ConnectionWatch
  readonly #sent: Traffic
  readonly #received: Traffic

  private constructor(
    host: Host,
    [send, recv]: [types.WebRtcTransport, types.WebRtcTransport],
    { id, maxProducers }: PeerMediaOptions,
    rtpCapabilities: types.RtpCapabilities,
    onConnection: (state: Connection) => void,
  ) {
    this.host = host
    this.send = send
    this.recv = recv
    this.producers = new Producers(id, maxProducers, send)
    this.consumers = new Consumers(host.router, recv, rtpCapabilities)
    this.connection = new ConnectionWatch([send, recv], onConnection)
    this.#sent = new Traffic(send, 'bytesReceived')
    this.#received = new Traffic(recv, 'bytesSent')
  }

  /** Makes both transports, or neither. @throws AppError media-refused, media-unavailable */
  static async open(
    host: Host,
    options: PeerMediaOptions,
    onConnection: (state: Connection) => void,
  ): Promise<PeerMedia> {
    const rtpCapabilities = acceptedCapabilities(options.rtpCapabilities)
    const made = await Promise.allSettled([host.createTransport(), host.createTransport()])
    const [send, recv] = made.map((one) => (one.status === 'fulfilled' ? one.value : undefined))
    try {
      if (!send || !recv) throw made.find((one) => one.status === 'rejected')?.reason
      await limited(send.setMaxIncomingBitrate(maxIncomingBitrate))
      return new PeerMedia(host, [send, recv], options, rtpCapabilities, onConnection)
    } catch (error) {
      send?.close()
      recv?.close()
      throw error
    }
  }

  get transports(): { send: TransportInfo; recv: TransportInfo } {
    return { send: transportInfo(this.send), recv: transportInfo(this.recv) }
  }

  /** @throws AppError not-found, media-refused, media-unavailable */
  async connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    const transport = this.#transport(transportId)
    await fromClient(transport, transport.connect({ dtlsParameters }))
  }

  /** @throws AppError not-found, media-unavailable */
  async restartIce(transportId: string): Promise<IceParameters> {
    const transport = this.#transport(transportId)
    return await fromClient(transport, transport.restartIce())
  }

  /** Once a second: is anything weak? */
  judge(): void {
    const scores = this.producers.list.map(producerScore).concat(this.consumers.score)
    const known = scores.filter((score) => score !== undefined)
    this.connection.judge(known.length > 0 ? Math.min(...known) : undefined)
  }

  /** Bits since the last call. */
  async traffic(): Promise<{ bitsIn: number; bitsOut: number }> {
    const [bitsIn, bitsOut] = await Promise.all([
      this.producers.list.length > 0 ? this.#sent.bits() : 0,
      this.consumers.size > 0 ? this.#received.bits() : 0,
    ])
    return { bitsIn, bitsOut }
  }

  close(): void {
    this.send.close()
    this.recv.close()
  }

  #transport(transportId: string): types.WebRtcTransport {
    const transport = [this.send, this.recv].find(({ id }) => id === transportId)
    if (!transport) throw new AppError('not-found', 'There is no such transport.')
    return transport
  }
}

/** The best of its layers: a browser stops the larger ones by itself on a narrow link. 0 says nothing yet. */
function producerScore(producer: Producer): number | undefined {
  const best = Math.max(0, ...producer.score.map(({ score }) => score))
  return producer.paused || best === 0 ? undefined : best
}

const transportInfo = (transport: types.WebRtcTransport): TransportInfo => ({
  id: transport.id,
  iceParameters: transport.iceParameters,
  iceCandidates: transport.iceCandidates,
  dtlsParameters: transport.dtlsParameters,
})
