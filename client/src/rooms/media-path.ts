/** One transport with everything that keeps it up: its connecting, its ICE restarts, its state. */
import type { types } from 'mediasoup-client'
import { LinkQueue } from '@peerlearn/contract/link-queue'
import type { IceServer } from '@peerlearn/contract/turn'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { FlowWatch } from './flow-watch.ts'
import { IceWatch } from './ice-watch.ts'
import type { IceState } from './ice-watch.ts'

interface Ports {
  request: Socket['request']
  /** Fresh TURN credentials; the ones of the join live five minutes. */
  iceServers: () => Promise<IceServer[]>
  onState: (state: IceState) => void
  /** It is beyond mending: new ones are needed. */
  onBroken: () => void
}

const credentialsMs = 4 * 60_000
/** After a change of address the socket is as dead as the media, and learns it by this silence. */
const firstAnswerMs = 1200
const answerMs = 4000

export class MediaPath {
  readonly transport: types.Transport
  /** What comes over it. */
  readonly flow = new FlowWatch()
  readonly queue = new LinkQueue()
  #ports: Ports
  #watch: IceWatch
  #credentialsAt = Date.now()
  #wasUp = false
  /** The node knows this browser's certificate. */
  #told = false

  constructor(transport: types.Transport, ports: Ports) {
    this.transport = transport
    this.#ports = ports
    this.#watch = new IceWatch({ restart: (tries) => this.#restart(tries), giveUp: () => ports.onBroken() })
    transport.on('connect', ({ dtlsParameters }, done) => {
      // The server handles our messages in order, so nothing has to wait for this answer.
      done()
      this.connect(dtlsParameters)
    })
    transport.on('connectionstatechange', (state: IceState) => {
      this.#watch.observe(state)
      this.#wasUp ||= state === 'connected'
      ports.onState(state)
    })
  }

  get state(): IceState {
    return this.#watch.state
  }

  /** It was connected and is not, or never got so far and failed. */
  get falters(): boolean {
    return (
      this.state === 'disconnected' || this.state === 'failed' || (this.#wasUp && this.state !== 'connected')
    )
  }

  /**
   * Tells the node our certificate, once; early, before SDP is made: a ClientHello that reached the node first would be
   * lost, and sent again only 50 ms later.
   */
  connect(dtlsParameters: types.DtlsParameters): void {
    if (this.#told) return
    this.#told = true
    this.#ports
      .request('transport.connect', { transportId: this.transport.id, dtlsParameters })
      .catch(() => this.transport.closed || this.#ports.onBroken())
  }

  /** Fresh TURN credentials came: the next restart need not ask for them. */
  async takeCredentials(iceServers: IceServer[]): Promise<void> {
    this.#credentialsAt = Date.now()
    await this.transport.updateIceServers({ iceServers })
  }

  /** Mends it at once if it is not connected. */
  nudge(): void {
    this.#watch.nudge()
  }

  /** Makes its way anew, whatever its state says. */
  doubt(): void {
    this.#watch.doubt()
  }

  /** Something came over it just now. */
  flows(): void {
    this.#watch.flows()
  }

  close(): void {
    this.#watch.close()
    this.transport.close()
  }

  async #restart(tries: number): Promise<void> {
    if (Date.now() - this.#credentialsAt > credentialsMs) await this.#renewCredentials()
    const { iceParameters } = await this.#ports
      .request(
        'transport.restart-ice',
        { transportId: this.transport.id },
        tries === 1 ? firstAnswerMs : answerMs,
      )
      .catch((error: unknown) => {
        if (isGone(error)) this.#breakDown()
        throw error
      })
    await this.transport.restartIce({ iceParameters }).catch((error: unknown) => {
      // The browser will refuse the next one just so.
      if (!this.transport.closed) this.#breakDown()
      throw error
    })
  }

  #breakDown(): void {
    this.#watch.close()
    this.#ports.onBroken()
  }

  /** Not worth waiting for: the way straight to the node needs none. */
  async #renewCredentials(): Promise<void> {
    const waited = new Promise<null>((done) => setTimeout(() => done(null), firstAnswerMs))
    const iceServers = await Promise.race([this.#ports.iceServers().catch(() => null), waited])
    if (iceServers) await this.takeCredentials(iceServers)
  }
}

/** The node has no such transport any more: no restart will bring it back. */
const isGone = (error: unknown) =>
  error instanceof SocketError && (error.code === 'not-found' || error.code === 'peer-lost')
