/** One way to a media node, open for a check: a peer connection with the one data channel of contract/probe.ts. */
import type { Way } from '@peerlearn/contract/media'
import { readFrame, writeFrame } from '@peerlearn/contract/probe'
import type { ProbeFrame, ProbeWay } from '@peerlearn/contract/probe'
import { probeAnswer, probeChannel, readOffer } from '@peerlearn/contract/probe-answer'
import type { IceServer } from '@peerlearn/contract/turn'
import type { Socket } from '../lib/socket.ts'

export interface PathPorts {
  request: Socket['request']
  /** Of the TURN server; only the way `turn` uses them. */
  iceServers: IceServer[]
}

export class ProbePath {
  /** From the node's answer to a channel that carries. */
  openedMs = 0
  onFrame: (frame: ProbeFrame, bytes: number) => void = () => undefined
  readonly way: ProbeWay
  #connection: RTCPeerConnection
  #channel: RTCDataChannel
  #opened: Promise<void>

  private constructor(way: ProbeWay, iceServers: IceServer[]) {
    this.way = way
    this.#connection = new RTCPeerConnection(
      way === 'turn' ? { iceTransportPolicy: 'relay', iceServers } : undefined,
    )
    this.#channel = this.#connection.createDataChannel('probe', probeChannel)
    this.#channel.binaryType = 'arraybuffer'
    this.#channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      const frame = readFrame(new Uint8Array(data))
      if (frame) this.onFrame(frame, data.byteLength)
    }
    this.#opened = opened(this.#connection, this.#channel)
  }

  /**
   * Resolves when the channel carries; rejects when this way leads nowhere, or with the server's refusal (a SocketError).
   * An abort closes it at once, also later.
   */
  static async open(
    way: ProbeWay,
    { request, iceServers }: PathPorts,
    signal: AbortSignal,
  ): Promise<ProbePath> {
    const path = new ProbePath(way, iceServers)
    // Told to nobody but the node itself: closing the connection ends the probe there.
    signal.addEventListener('abort', () => path.close(), { once: true })
    path.#opened.catch(() => undefined) // awaited below, and may fail before
    try {
      await path.#negotiate(request)
      signal.throwIfAborted()
      const from = performance.now()
      await path.#opened
      path.openedMs = Math.round(performance.now() - from)
      return path
    } catch (error) {
      path.close()
      throw error
    }
  }

  /** Bytes that wait in the browser. */
  get waiting(): number {
    return this.#channel.bufferedAmount
  }

  send(frame: ProbeFrame): void {
    if (this.#channel.readyState === 'open') this.#channel.send(writeFrame(frame))
  }

  /** The way by its full name; of TURN, how the relay is reached. */
  async name(): Promise<Way> {
    if (this.way !== 'turn') return this.way
    const report = await this.#connection.getStats()
    const all = [...(report.values() as Iterable<LooseStats>)]
    const pair = all.find(
      (one) => one.type === 'candidate-pair' && one.nominated && one.state === 'succeeded',
    )
    const { relayProtocol } = all.find((one) => one.id === pair?.localCandidateId) ?? {}
    return relayProtocol === 'tcp' || relayProtocol === 'tls' ? `turn-${relayProtocol}` : 'turn-udp'
  }

  close(): void {
    this.#channel.onmessage = null
    this.#connection.close()
  }

  async #negotiate(request: Socket['request']): Promise<void> {
    const connection = this.#connection
    const [{ probeId, transport }, offer] = await Promise.all([
      request('probe.open', { way: this.way }),
      connection.createOffer(),
    ])
    const { mid, algorithm, fingerprint } = readOffer(offer.sdp ?? '')
    const fingerprints = [{ algorithm: algorithm as 'sha-256', value: fingerprint }] // checked by the server
    const told = request('probe.connect', { probeId, dtlsParameters: { role: 'client', fingerprints } })
    await Promise.all([told, this.#describe(offer, probeAnswer(transport, this.way, mid))])
  }

  async #describe(offer: RTCSessionDescriptionInit, sdp: string): Promise<void> {
    await this.#connection.setLocalDescription(offer)
    await this.#connection.setRemoteDescription({ type: 'answer', sdp })
  }
}

/** What is read of candidates and their pairs; the browser's own types leave it out. */
interface LooseStats {
  id: string
  type: string
  state?: string
  nominated?: boolean
  localCandidateId?: string
  relayProtocol?: string
}

function opened(connection: RTCPeerConnection, channel: RTCDataChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.onopen = () => resolve()
    channel.onclose = () => reject(new Error('the way closed'))
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === 'failed') reject(new Error('no way'))
    }
  })
}
