/** The media of one peer: a device, a transport out, a transport in. It knows the contract and mediasoup-client, no Svelte. */
import { Device } from 'mediasoup-client'
import type { types } from 'mediasoup-client'
import type {
  ConsumerInfo,
  MediaSetup,
  RtpCapabilities,
  RtpParameters,
  TransportInfo,
} from '@peerlearn/contract/media'
import type { IceServer } from '@peerlearn/contract/turn'
import type { Socket } from '../lib/socket.ts'
import { IceWatch } from './ice-watch.ts'
import type { IceState } from './ice-watch.ts'

/** `connecting` at first, `reconnecting` when it was connected and is not, `idle` while there is nothing to carry. */
export type MediaLink = 'idle' | 'connecting' | 'connected' | 'reconnecting'

/** Somebody's sound or picture, as it arrives here; `track` is null while it is being set up. */
export interface Incoming {
  info: ConsumerInfo
  track: MediaStreamTrack | null
}

interface Ports {
  request: Socket['request']
  /** Fresh TURN credentials for an ICE restart; the ones of the join live five minutes. */
  iceServers: () => Promise<IceServer[]>
  onIncoming: (incoming: Incoming) => void
  onLink: (link: MediaLink) => void
  /** These transports are beyond mending: ask for new ones. */
  onBroken: () => void
}

interface Path {
  transport: types.Transport
  watch: IceWatch
  /** The node knows this browser's certificate. */
  told: boolean
}

const ecdsa: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' }
const credentialsMs = 4 * 60_000

export class Media {
  #ports: Ports
  #device: Device | null = null
  #certificate: RTCCertificate | null = null
  #send: Path | null = null
  #recv: Path | null = null
  #consumers = new Map<string, types.Consumer>()
  #credentialsAt = 0
  #wasConnected = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Learns what the room's router speaks, and makes the DTLS certificate; once, before the first join. */
  async load(routerRtpCapabilities: RtpCapabilities): Promise<void> {
    if (this.#device) return
    const device = new Device() // throws an UnsupportedError in a browser that cannot do it
    this.#certificate = await RTCPeerConnection.generateCertificate(ecdsa)
    await device.load({ routerRtpCapabilities: routerRtpCapabilities as types.RtpCapabilities })
    this.#device = device
  }

  /** What this browser can receive, for the server. */
  get rtpCapabilities(): RtpCapabilities {
    return this.#loaded.recvRtpCapabilities as RtpCapabilities // values of parameters are only looser typed there
  }

  get #loaded(): Device {
    if (!this.#device) throw new Error('the device is not loaded')
    return this.#device
  }

  /** Sets up both transports, earlier ones are closed. Resolves when everything that is already sent is set up. */
  async start({ send, recv, consumers }: MediaSetup, iceServers: IceServer[]): Promise<void> {
    this.close()
    this.#credentialsAt = Date.now()
    // The way in comes first: seeing the class matters before being seen.
    this.#recv = this.#path(this.#loaded.createRecvTransport(this.#options(recv, iceServers)))
    if (consumers.length > 0) this.#connectEarly(this.#recv)
    this.#send = this.#path(this.#loaded.createSendTransport(this.#options(send, iceServers)))
    this.#send.transport.on('produce', ({ kind, appData, ...produced }, done, failed) => {
      const { source, paused } = appData as ProduceData // given by `produce` below
      const rtpParameters = produced.rtpParameters as RtpParameters // as above
      this.#ports
        .request('producer.create', { transportId: send.id, kind, source, rtpParameters, paused })
        .then(({ producerId }) => done({ id: producerId }), failed)
    })
    // All in one tick, so that mediasoup-client makes one offer and answer of them.
    const set = consumers.map((info) => this.#consume(info))
    // They send nothing before DTLS is up, and need not wait for it to be told that they may.
    this.#resume(consumers)
    await Promise.all(set)
    this.#tellLink()
  }

  /** Sets up consumers told later; each may send once it is there. */
  async open(info: ConsumerInfo): Promise<void> {
    if (await this.#consume(info)) this.#resume([info])
  }

  remove(consumerId: string): void {
    this.#consumers.get(consumerId)?.close()
    this.#consumers.delete(consumerId)
  }

  /** Sends a track. Rejects with the server's refusal. */
  async produce(options: types.ProducerOptions & { appData: ProduceData }): Promise<types.Producer> {
    if (!this.#send) throw new Error('no transport to send on')
    return this.#send.transport.produce({ ...options, stopTracks: false })
  }

  get canSend(): boolean {
    return this.#send !== null
  }

  /** Mends at once what is not connected: the network or the server is back. */
  nudge(): void {
    for (const path of [this.#recv, this.#send]) path?.watch.nudge()
  }

  close(): void {
    for (const path of [this.#recv, this.#send]) {
      path?.watch.close()
      path?.transport.close()
    }
    this.#recv = this.#send = null
    this.#consumers.clear()
  }

  async #consume(info: ConsumerInfo): Promise<boolean> {
    const transport = this.#recv?.transport
    if (!transport || this.#consumers.has(info.consumerId)) return false
    this.#ports.onIncoming({ info, track: null })
    try {
      const consumer = await transport.consume({
        id: info.consumerId,
        producerId: info.producerId,
        kind: info.kind,
        rtpParameters: info.rtpParameters as types.RtpParameters,
        // Sound and picture of one source play in step; a screen is no lip to follow.
        streamId: `${info.peerId}-${info.source.startsWith('screen') ? 'screen' : 'camera'}`,
      })
      this.#consumers.set(consumer.id, consumer)
      this.#ports.onIncoming({ info, track: consumer.track })
      return true
    } catch (error) {
      if (!transport.closed) console.error('cannot receive', info.source, error)
      return false
    }
  }

  #resume(infos: ConsumerInfo[]): void {
    if (infos.length === 0) return
    const consumerIds = infos.map((info) => info.consumerId)
    this.#ports.request('consumer.resume', { consumerIds }).catch(() => this.#ports.onBroken())
  }

  #path(transport: types.Transport): Path {
    const watch = new IceWatch({
      restart: () => this.#restart(transport),
      giveUp: () => this.#ports.onBroken(),
    })
    const path: Path = { transport, watch, told: false }
    transport.on('connect', ({ dtlsParameters }, done) => {
      // The server handles our messages in order, so nothing has to wait for this answer.
      done()
      this.#connect(path, dtlsParameters)
    })
    transport.on('connectionstatechange', (state: IceState) => {
      watch.observe(state)
      this.#tellLink()
    })
    return path
  }

  /** Before SDP is made: a ClientHello that reached the node first would be lost, and sent again only 50 ms later. */
  #connectEarly(path: Path): void {
    // As SDP writes them: mediasoup compares letter by letter.
    const fingerprints = (this.#certificate?.getFingerprints?.() ?? []).flatMap(({ algorithm, value }) =>
      algorithm && value ? { algorithm, value: value.toUpperCase() } : [],
    )
    if (fingerprints.length === 0) return
    this.#connect(path, { role: 'client', fingerprints } as types.DtlsParameters) // sha-256, of a certificate of ours
  }

  #connect(path: Path, dtlsParameters: types.DtlsParameters): void {
    if (path.told) return
    path.told = true
    this.#ports
      .request('transport.connect', { transportId: path.transport.id, dtlsParameters })
      .catch(() => path.transport.closed || this.#ports.onBroken())
  }

  #options(info: TransportInfo, iceServers: IceServer[]): types.TransportOptions {
    const { id, iceParameters, iceCandidates, dtlsParameters } = info
    const additionalSettings = this.#certificate ? { certificates: [this.#certificate] } : {}
    return { id, iceParameters, iceCandidates, dtlsParameters, iceServers, additionalSettings }
  }

  async #restart(transport: types.Transport): Promise<void> {
    if (Date.now() - this.#credentialsAt > credentialsMs) await this.#renewCredentials()
    const { iceParameters } = await this.#ports.request(
      'transport.restart-ice',
      { transportId: transport.id },
      4000,
    )
    await transport.restartIce({ iceParameters })
  }

  async #renewCredentials(): Promise<void> {
    const iceServers = await this.#ports.iceServers()
    this.#credentialsAt = Date.now()
    for (const path of [this.#recv, this.#send]) await path?.transport.updateIceServers({ iceServers })
  }

  #tellLink(): void {
    const states = [this.#recv, this.#send].map((path) => path?.watch.state ?? 'new')
    const used = states.filter((state) => state !== 'new')
    const connected = used.length > 0 && used.every((state) => state === 'connected')
    this.#wasConnected ||= connected
    const idle = used.length === 0 && this.#consumers.size === 0
    const faltering = used.some((state) => state === 'disconnected' || state === 'failed')
    if (idle) this.#ports.onLink('idle')
    else if (connected) this.#ports.onLink('connected')
    else if (faltering || this.#wasConnected) this.#ports.onLink('reconnecting')
    else this.#ports.onLink('connecting')
  }
}

/** What travels with a track to `producer.create`. */
export interface ProduceData extends types.AppData {
  source: ConsumerInfo['source']
  paused: boolean
}
