/** One set of transports of a person: what arrives is counted, what they send is recorded media. */
import type { ConsumerInfo, MediaSetup, ProducerInfo, Source } from '@peerlearn/contract/media'
import type { IceServer } from '@peerlearn/contract/turn'
import type { IceOptions } from 'werift'
import { kindOf } from '../sfu/test/rtp.ts'
import { WebRtcEnd } from '../sfu/test/webrtc-end.ts'
import type { Reception } from './reception.ts'
import { keepSending, Sender } from './sender.ts'
import type { LightSocket } from './socket.ts'

export interface MediaWish {
  sends: readonly Source[]
  /** Sends little, so that many of them fit on this machine. */
  light?: boolean
  /** Everything that arrives is really decrypted; else its headers are read and the rest thrown away. */
  decrypts: boolean
  /** Through TURN alone. */
  turn: boolean
}

interface Given extends MediaWish {
  setup: MediaSetup
  iceServers: IceServer[]
  request: LightSocket['request']
  reception: Reception
}

export class LightMedia {
  readonly senders: Sender[] = []
  readonly #given: Given
  readonly #path: Partial<IceOptions>
  readonly #consumers = new Map<string, { ssrc: number; info: ConsumerInfo }>()
  readonly #stops: (() => void)[] = []
  readonly #ends: WebRtcEnd[] = []
  readonly #carrying = Promise.withResolvers<void>()
  #ready: ConsumerInfo[] | undefined = []
  #closed = false

  constructor(given: Given) {
    this.#given = given
    this.#path = given.turn ? turnPath(given.iceServers) : {}
    for (const info of given.setup.consumers) this.opened(info)
  }

  /** The first packet has come. */
  get carries(): Promise<void> {
    return this.#carrying.promise
  }

  /** Connects the way in, then the way out, and sends. */
  async start(): Promise<void> {
    const { reception, decrypts, sends } = this.#given
    const recv = await this.#connect('recv')
    if (decrypts) {
      recv.onRtp(({ header, serializeSize }) => {
        reception.bytes += serializeSize + 28
        reception.heard(header.ssrc, header.sequenceNumber)
        this.#carrying.resolve()
      })
    } else
      recv.onlyCount((packet) => {
        if (packet[0]! >> 6 === 2) this.#carrying.resolve()
        reception.take(packet)
      })
    await this.#resume()
    for (const source of sends) await this.send(source)
  }

  /** Begins to send one more source. */
  async send(source: Source): Promise<Sender> {
    const end = this.#ends[1] ?? (await this.#connect('send'))
    const sender = new Sender(source, end, this.#given.light)
    const { rtpParameters } = sender
    const transportId = this.#given.setup.send.id
    const wish = { transportId, kind: kindOf(source), source, rtpParameters }
    const { producerId } = await this.#given.request('producer.create', wish)
    sender.producerId = producerId
    this.senders.push(sender)
    if (!this.#closed) this.#stops.push(keepSending(sender))
    return sender
  }

  /** A consumer was made for us; the product is told that it may send. */
  opened(info: ConsumerInfo): void {
    const ssrc = info.rtpParameters.encodings?.[0]?.ssrc
    if (ssrc === undefined || this.#consumers.has(info.consumerId)) return
    this.#consumers.set(info.consumerId, { ssrc, info })
    this.#given.reception.expect(ssrc, info.kind, !info.producerPaused)
    if (this.#ready)
      this.#ready.push(info) // told when the way in is connected
    else this.#tell([info])
  }

  closedConsumer(consumerId: string): void {
    const known = this.#consumers.get(consumerId)
    this.#consumers.delete(consumerId)
    if (known) this.#given.reception.forget(known.ssrc)
  }

  /** These producers are on screen (or heard) and not paused: their packets are due. */
  due(isDue: (info: ConsumerInfo) => boolean): void {
    for (const { ssrc, info } of this.#consumers.values()) this.#given.reception.due(ssrc, isDue(info))
  }

  get consumers(): number {
    return this.#consumers.size
  }

  layersWanted(producerId: ProducerInfo['producerId'], layer: number): void {
    for (const sender of this.senders) if (sender.producerId === producerId) sender.wanted = layer
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const stop of this.#stops.splice(0)) stop()
    for (const { ssrc } of this.#consumers.values()) this.#given.reception.forget(ssrc)
    await Promise.all(this.#ends.map((end) => end.close().catch(() => undefined)))
  }

  async #resume(): Promise<void> {
    const infos = this.#ready ?? []
    this.#ready = undefined
    const consumerIds = infos.map(({ consumerId }) => consumerId)
    if (infos.length > 0) await this.#given.request('consumer.resume', { consumerIds })
  }

  /** What opened in one moment is told in one message. */
  #tell(infos: ConsumerInfo[]): void {
    this.#ready = infos
    // Its socket may close first; then its return sets everything up anew.
    setTimeout(() => void this.#resume().catch(() => undefined), 10)
  }

  async #connect(side: 'send' | 'recv'): Promise<WebRtcEnd> {
    const info = this.#given.setup[side]
    const tell = (dtlsParameters: Parameters<Parameters<typeof WebRtcEnd.connect>[1]>[0]) =>
      this.#given.request('transport.connect', { transportId: info.id, dtlsParameters })
    const end = await WebRtcEnd.connect(info, tell, this.#path)
    this.#ends.push(end)
    return end
  }
}

/** The first TURN address over UDP, else the first over TCP. */
function turnPath(iceServers: IceServer[]): Partial<IceOptions> {
  const found = iceServers
    .flatMap(({ urls, username, credential }) => urls.map((url) => ({ url, username, credential })))
    .filter(({ url }) => url.startsWith('turn:'))
    .toSorted((a, b) => Number(a.url.includes('=tcp')) - Number(b.url.includes('=tcp')))[0]
  if (!found?.username || !found.credential) throw new Error('the product offers no TURN server')
  const [host = '', port = '3478'] = found.url.replace(/^turn:|\?.*$/g, '').split(':')
  return {
    turnServer: [host === 'localhost' ? '127.0.0.1' : host, Number(port)],
    turnUsername: found.username,
    turnPassword: found.credential,
    turnTransport: found.url.includes('=tcp') ? 'tcp' : 'udp',
    forceTurn: true,
    additionalHostAddresses: [],
  }
}
