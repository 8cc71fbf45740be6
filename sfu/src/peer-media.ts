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
import type { FirstView, MediaSetup } from '@peerlearn/contract/media'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import type { Audibles } from './audible.ts'
import { maxIncomingBitrate, maxSoundBitrate } from './codecs.ts'
import { ConnectionWatch } from './connection.ts'
import { limited } from './deadline.ts'
import type { DeliveryListener } from './delivery.ts'
import { FloodWatch } from './flood.ts'
import type { Host } from './host.ts'
import { Producers } from './producers.ts'
import type { Producer, ProducerLimits } from './producers.ts'
import { PeerMeter } from './peer-meter.ts'
import { Receiver } from './receiver.ts'
import { acceptedCapabilities, fromClient } from './refusals.ts'
import type { Supply } from './supply.ts'

export interface PeerMediaOptions {
  id: string
  rtpCapabilities: RtpCapabilities
  maxProducers: ProducerLimits
  receive: ReceiveRule
  view: FirstView
}

export interface MediaListener extends DeliveryListener {
  connectionChanged(state: Connection): void
}

export class PeerMedia {
  readonly host: Host
  readonly send: types.WebRtcTransport
  readonly recv: types.WebRtcTransport
  readonly producers: Producers
  readonly receiver: Receiver
  readonly meter: PeerMeter
  readonly connection: ConnectionWatch
  /** What its client can decode. */
  readonly rtpCapabilities: RtpCapabilities
  readonly #view: FirstView
  readonly #flood = new FloodWatch()
  #limits: ProducerLimits

  private constructor(
    host: Host,
    [send, recv]: [types.WebRtcTransport, types.WebRtcTransport],
    options: PeerMediaOptions,
    rtpCapabilities: types.RtpCapabilities,
    supply: Supply,
    listener: MediaListener,
  ) {
    const { id, maxProducers, receive, view } = options
    this.#view = view
    this.#limits = maxProducers
    this.rtpCapabilities = options.rtpCapabilities
    this.host = host
    this.send = send
    this.recv = recv
    this.producers = new Producers(id, maxProducers, send)
    this.meter = new PeerMeter(send, recv, () => this.receiver.away())
    this.receiver = new Receiver({
      peerId: id,
      host,
      transport: recv,
      rtpCapabilities,
      rule: receive,
      supply,
      rates: host.rates,
      isFull: () => this.meter.queue.isFull,
      listener,
    })
    this.connection = new ConnectionWatch([send, recv], (state) => listener.connectionChanged(state))
    // Another way (a change of address) after what was sent the old one is lost; its first way brings its own.
    recv.on('iceselectedtuplechange', () => recv.dtlsState === 'connected' && this.receiver.refresh())
  }

  /** Makes both transports, or neither. @throws AppError media-refused, media-unavailable */
  static async open(
    host: Host,
    options: PeerMediaOptions,
    supply: Supply,
    listener: MediaListener,
  ): Promise<PeerMedia> {
    const rtpCapabilities = acceptedCapabilities(options.rtpCapabilities)
    const made = await Promise.allSettled([host.createTransport(), host.createTransport()])
    const [send, recv] = made.map((one) => (one.status === 'fulfilled' ? one.value : undefined))
    try {
      if (!send || !recv) throw made.find((one) => one.status === 'rejected')?.reason
      await limited(send.setMaxIncomingBitrate(maxIncomingBitrate(options.maxProducers)))
      return new PeerMedia(host, [send, recv], options, rtpCapabilities, supply, listener)
    } catch (error) {
      send?.close()
      recv?.close()
      throw error
    }
  }

  /** What the client needs to begin: its transports, and the first consumers. @throws AppError */
  async begin(audibles: Audibles): Promise<MediaSetup> {
    this.receiver.setAudible(audibles)
    const consumers = await this.receiver.open(this.#view)
    return { send: transportInfo(this.send), recv: transportInfo(this.recv), consumers }
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

  /** From now on it may send no more than this. @throws AppError media-unavailable */
  async setLimits(limits: ProducerLimits): Promise<void> {
    this.#limits = limits
    this.producers.setLimits(limits)
    await limited(this.send.setMaxIncomingBitrate(maxIncomingBitrate(limits)))
  }

  /** Once a second: is anything weak? */
  judge(): void {
    const scores = this.producers.list.map(producerScore).concat(this.receiver.score)
    const known = scores.filter((score) => score !== undefined)
    this.connection.judge(known.length > 0 ? Math.min(...known) : undefined)
    this.receiver.judge()
  }

  /** After each reading of the meter: who floods sends nothing more until they come anew. @returns whether they do */
  endFlood(): boolean {
    const allowed = { all: maxIncomingBitrate(this.#limits), sound: maxSoundBitrate * this.#limits.audio }
    if (!this.#flood.look(this.meter.came, allowed) || this.producers.list.length === 0) return false
    this.producers.setLimits({ audio: 0, video: 0 })
    return true
  }

  close(): void {
    this.receiver.close()
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
