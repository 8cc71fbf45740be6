/**
 * A transport out and a transport in, with what comes over them. Made once for each setup that the server gives and
 * closed after; while the room moves to another node there are two. It knows the contract and mediasoup-client, no Svelte.
 */
import type { types } from 'mediasoup-client'
import type { ConsumerInfo, MediaSetup, RtpParameters } from '@peerlearn/contract/media'
import type { IceServer } from '@peerlearn/contract/turn'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import type { MediaDevice } from './media-device.ts'
import { MediaPath } from './media-path.ts'
import { againMs, isPassing } from './passing.ts'
import { forBrowser, forNode, streamOf } from './redundant-sound.ts'

/** `connecting` at first, `reconnecting` when it was connected and is not, `idle` while there is nothing to carry. */
export type MediaLink = 'idle' | 'connecting' | 'connected' | 'reconnecting'

/** Somebody's sound or picture, as it arrives here; `track` is null while it is being set up. */
export interface Incoming {
  info: ConsumerInfo
  track: MediaStreamTrack | null
}

export interface MediaPorts {
  device: MediaDevice
  request: Socket['request']
  iceServers: () => Promise<IceServer[]>
  onIncoming: (incoming: Incoming, consumer: types.Consumer | null) => void
  onGone: (consumerId: string) => void
  onLink: () => void
  /** These transports are beyond mending: ask for new ones. */
  onBroken: () => void
}

/** What travels with a track to `producer.create`. */
export interface ProduceData extends types.AppData {
  source: ConsumerInfo['source']
  paused: boolean
}

export class Media {
  readonly recv: MediaPath
  readonly send: MediaPath
  /** Everything of the setup is there. */
  readonly settled: Promise<void>
  #ports: MediaPorts
  #consumers = new Map<string, types.Consumer>()
  /** Being set up. */
  #coming = new Set<string>()
  /** Set up, and the node has not heard it. */
  #ready = new Set<string>()
  /** Removed for good: set up once more, the same sound or picture would be there twice in one connection, which breaks it. */
  #gone = new Set<string>()
  #closed = false

  constructor(ports: MediaPorts, { send, recv, consumers }: MediaSetup, iceServers: IceServer[]) {
    this.#ports = ports
    const { device } = ports
    // The way in comes first: seeing the class matters before being seen.
    this.recv = this.#path(device.createRecv(recv, iceServers))
    if (consumers.length > 0 && device.dtlsParameters) this.recv.connect(device.dtlsParameters)
    this.send = this.#path(device.createSend(send, iceServers))
    this.send.transport.on('produce', ({ kind, appData, ...produced }, done, failed) => {
      const { source, paused } = appData as ProduceData // given by `produce` below
      const rtpParameters = forNode(produced.rtpParameters as RtpParameters) // as above
      ports
        .request('producer.create', { transportId: send.id, kind, source, rtpParameters, paused })
        .then(({ producerId }) => done({ id: producerId }), failed)
    })
    // All in one tick, so that mediasoup-client makes one offer and answer of them.
    const set = consumers.map((info) => this.#consume(info))
    // They send nothing before DTLS is up, and need not wait for it to be told that they may.
    for (const { consumerId } of consumers) this.#ready.add(consumerId)
    this.resume()
    this.settled = Promise.all(set).then(() => ports.onLink())
  }

  get closed(): boolean {
    return this.#closed
  }

  get paths(): MediaPath[] {
    return [this.recv, this.send]
  }

  get consumers(): types.Consumer[] {
    return [...this.#consumers.values()]
  }

  get link(): MediaLink {
    const used = this.#used
    if (used.length === 0 && this.#consumers.size === 0) return 'idle'
    if (used.some((path) => path.falters)) return 'reconnecting'
    // The second way follows the first, and nobody waits for it.
    return used.some(({ state }) => state === 'connected') ? 'connected' : 'connecting'
  }

  /** Whatever is used of it is up. */
  get connected(): boolean {
    return this.#used.every(({ state }) => state === 'connected')
  }

  get #used(): MediaPath[] {
    return this.paths.filter(({ state }) => state !== 'new')
  }

  /** Sets up a consumer told later; it may send once it is there. Many in one turn are one offer and answer. */
  async open(info: ConsumerInfo): Promise<void> {
    // A newer one of the same producer takes the place of one that closed while nobody could tell.
    for (const [id, consumer] of this.#consumers)
      if (consumer.producerId === streamOf(info) && id !== info.consumerId) this.remove(id)
    if (!(await this.#consume(info))) return
    this.#ready.add(info.consumerId)
    if (this.#ready.size === 1) setTimeout(() => this.resume())
  }

  remove(consumerId: string): void {
    this.#ready.delete(consumerId)
    if (this.#consumers.has(consumerId)) this.#gone.add(consumerId)
    this.#consumers.get(consumerId)?.close()
    if (this.#consumers.delete(consumerId) || this.#coming.delete(consumerId)) this.#ports.onGone(consumerId)
  }

  /** Lets everything that is ready send, in one message; again after the socket was away. */
  resume(): void {
    const consumerIds = [...this.#ready]
    if (consumerIds.length === 0) return
    this.#ready.clear()
    this.#ports.request('consumer.resume', { consumerIds }).catch((error: unknown) => {
      if (this.#closed) return
      const code = error instanceof SocketError ? error.code : null
      if (code === 'peer-lost') return this.#ports.onBroken()
      const passing = isPassing(error)
      // Any other refusal: they were closed meanwhile.
      if (!passing && code !== 'offline' && code !== 'timeout') return
      for (const id of consumerIds) if (this.#consumers.has(id) || this.#coming.has(id)) this.#ready.add(id)
      if (passing) setTimeout(() => this.resume(), againMs)
    })
  }

  /** Packets came again after a while without: pictures begin anew instead of waiting for what is lost. */
  refresh(): void {
    for (const { id, kind } of this.#consumers.values()) if (kind === 'video') this.#ready.add(id)
    this.resume()
  }

  /** Sends a track. Rejects with the server's refusal. */
  async produce(options: types.ProducerOptions & { appData: ProduceData }): Promise<types.Producer> {
    return this.send.transport.produce({ ...options, stopTracks: false })
  }

  /** Mends at once what is not connected: the network or the server is back, and these credentials came with it. */
  nudge(iceServers: IceServer[]): void {
    // The socket was away, and nothing comes: the network is another one, whatever the state still says.
    const quiet = this.#used.some(({ flow }) => flow.isQuiet)
    for (const path of this.paths) {
      path.takeCredentials(iceServers).catch(() => undefined) // closed meanwhile
      path.nudge()
      if (quiet) path.doubt()
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const path of this.paths) path.close()
    for (const consumerId of [...this.#coming, ...this.#consumers.keys()]) this.remove(consumerId)
  }

  async #consume(info: ConsumerInfo): Promise<boolean> {
    const { consumerId, kind, peerId, source } = info
    const known = this.#consumers.has(consumerId) || this.#coming.has(consumerId)
    if (this.#closed || known || this.#gone.has(consumerId)) return false
    this.#coming.add(consumerId)
    this.#ports.onIncoming({ info, track: null }, null)
    try {
      const consumer = await this.recv.transport.consume({
        id: consumerId,
        producerId: streamOf(info),
        kind,
        rtpParameters: forBrowser(info.rtpParameters) as types.RtpParameters,
        // Sound and picture of one source play in step; a screen is no lip to follow.
        streamId: `${peerId}-${source.startsWith('screen') ? 'screen' : 'camera'}`,
      })
      if (!this.#coming.delete(consumerId)) {
        consumer.close() // told to be gone meanwhile
        return false
      }
      this.#consumers.set(consumerId, consumer)
      this.#ports.onIncoming({ info, track: consumer.track }, consumer)
      return true
    } catch (error) {
      if (!this.recv.transport.closed) console.error('cannot receive', source, error)
      this.remove(consumerId)
      return false
    }
  }

  #path(transport: types.Transport): MediaPath {
    return new MediaPath(transport, {
      request: this.#ports.request,
      iceServers: this.#ports.iceServers,
      onState: () => this.#ports.onLink(),
      onBroken: () => this.#closed || this.#ports.onBroken(),
    })
  }
}
