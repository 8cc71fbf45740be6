/** Somebody in a room: a peer at the node, with the browser's ends of its transports and packets that really flow. */
import { randomInt, randomUUID } from 'node:crypto'
import type { ConsumerInfo, MediaSetup, Source } from '@peerlearn/contract/media'
import { RtcpPayloadSpecificFeedback } from 'werift'
import { kindOf, nextHeader, parametersFor, rtpCapabilities, senderReport, vp8Frame } from './rtp.ts'
import type { Stream } from './rtp.ts'
import type { ServerEnd } from './server-end.ts'
import { WebRtcEnd } from './webrtc-end.ts'

interface Heard {
  packets: number
  /** The layer byte of the last packet. */
  layer: number
}

interface Publishing {
  layers?: number
  /** In dB below full scale. */
  loudness?: number
  bytes?: number
  isLost?: () => boolean
}

export class Participant {
  readonly server: ServerEnd
  readonly of: { roomId: string; peerId: string }
  readonly setup: MediaSetup
  readonly heard = new Map<number, Heard>()
  readonly #sending: NodeJS.Timeout[] = []
  #send: WebRtcEnd | undefined
  #recv: WebRtcEnd | undefined

  private constructor(server: ServerEnd, of: { roomId: string; peerId: string }, setup: MediaSetup) {
    this.server = server
    this.of = of
    this.setup = setup
  }

  static async join(server: ServerEnd, roomId: string, maxProducers = { audio: 2, video: 2 }) {
    const of = { roomId, peerId: randomUUID() }
    await server.ask('room.attach', { roomId })
    const setup = await server.ask('peer.create', { ...of, rtpCapabilities, maxProducers })
    return new Participant(server, of, setup)
  }

  async connectSend(): Promise<WebRtcEnd> {
    return (this.#send ??= await this.#connect('send'))
  }

  async connectRecv(): Promise<WebRtcEnd> {
    if (this.#recv) return this.#recv
    const recv = await this.#connect('recv')
    recv.onRtp(({ header, payload }) => {
      const before = this.heard.get(header.ssrc)?.packets ?? 0
      this.heard.set(header.ssrc, { packets: before + 1, layer: payload.at(-1) ?? -1 })
    })
    return (this.#recv = recv)
  }

  /** Makes a producer and returns its id; nothing is sent yet. */
  async produce(source: Source, ssrcs = [randomInt(1, 2 ** 31)], paused = false): Promise<string> {
    const { producerId } = await this.server.ask('producer.create', {
      ...this.of,
      transportId: this.setup.send.id,
      kind: kindOf(source),
      source,
      rtpParameters: parametersFor(source, ssrcs, String(randomInt(1e6))),
      paused,
    })
    return producerId
  }

  /**
   * Produces and sends: audio 50 packets a second; video frames that begin with a key frame only when asked for one.
   * What `isLost` names is counted and never sent.
   */
  async publish(source: Source, options: Publishing = {}): Promise<string> {
    const { layers = 1, loudness = 20, bytes = 200, isLost = () => false } = options
    const first = randomInt(1, 2 ** 31)
    const ssrcs = Array.from({ length: layers }, (_, layer) => first + layer)
    const end = await this.connectSend()
    const producerId = await this.produce(source, ssrcs)
    const keyFrames = new Set<number>()
    end.onRtcp((packet) => {
      if (packet instanceof RtcpPayloadSpecificFeedback) keyFrames.add(packet.feedback.mediaSsrc)
    })
    const streams = ssrcs.map((ssrc): Stream => ({ ssrc, sequenceNumber: 1, timestamp: 1 }))
    const sendOne = (stream: Stream, layer: number) => {
      const header = nextHeader(stream, kindOf(source), loudness)
      const payload = vp8Frame(keyFrames.delete(stream.ssrc), bytes, layer)
      if (!isLost()) void end.dtls.sendRtp(payload, header)
      if (stream.sequenceNumber % 25 === 2) void end.dtls.sendRtcp([senderReport(stream)])
    }
    this.#sending.push(setInterval(() => streams.forEach(sendOne), 20))
    return producerId
  }

  /** Says that it is ready for these, having connected. */
  async resume(consumers: ConsumerInfo[]): Promise<void> {
    await this.connectRecv()
    const consumerIds = consumers.map(({ consumerId }) => consumerId)
    await this.server.ask('consumer.resume', { ...this.of, consumerIds })
  }

  /** Packets that arrived of a consumer so far. */
  packets(consumer: ConsumerInfo): number {
    return this.heard.get(ssrcOf(consumer))?.packets ?? 0
  }

  layer(consumer: ConsumerInfo): number | undefined {
    return this.heard.get(ssrcOf(consumer))?.layer
  }

  /** Goes as a closed laptop does: nothing is said. */
  async vanish(): Promise<void> {
    for (const timer of this.#sending) clearInterval(timer)
    await Promise.all([this.#send?.close(), this.#recv?.close()])
  }

  async #connect(side: 'send' | 'recv'): Promise<WebRtcEnd> {
    const info = this.setup[side]
    return await WebRtcEnd.connect(info, (dtlsParameters) =>
      this.server.ask('transport.connect', { ...this.of, transportId: info.id, dtlsParameters }),
    )
  }
}

const ssrcOf = (consumer: ConsumerInfo) => consumer.rtpParameters.encodings?.[0]?.ssrc ?? 0
