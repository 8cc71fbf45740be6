/** The browser's end of one WebRTC transport: real ICE, DTLS and SRTP (werift), with RTP in the caller's hands. */
import type { DtlsParameters, TransportInfo } from '@peerlearn/contract/media'
import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
} from 'werift'
import type { IceOptions, RtcpPacket, RtpPacket } from 'werift'

const srtpProfiles = [0x0001] as [0x0001] // AES-128-CM with an 80 bit tag: what mediasoup and browsers agree on

export class WebRtcEnd {
  readonly dtls: RTCDtlsTransport
  readonly #ice: RTCIceTransport

  private constructor(ice: RTCIceTransport, dtls: RTCDtlsTransport) {
    this.#ice = ice
    this.dtls = dtls
  }

  /**
   * Connects; `tellNode` hands our DTLS parameters over, as transport.connect does. `path`: another way than straight
   * over UDP, such as through TURN.
   */
  static async connect(
    info: TransportInfo,
    tellNode: (own: DtlsParameters) => Promise<unknown>,
    path: Partial<IceOptions> = {},
  ) {
    const ice = new RTCIceTransport(
      new RTCIceGatherer({ useIpv6: false, additionalHostAddresses: ['127.0.0.1'], ...path }),
    )
    ice.connection.iceControlling = true
    const dtls = new RTCDtlsTransport({}, ice, await RTCDtlsTransport.SetupCertificate(), srtpProfiles)
    dtls.role = 'client'
    await ice.gather()
    ice.setRemoteParams(new RTCIceParameters({ ...info.iceParameters, iceLite: true }))
    for (const { foundation, ip, port, priority, protocol } of info.iceCandidates)
      if (protocol === 'udp')
        await ice.addRemoteCandidate(new IceCandidate(1, foundation, ip, port, priority, 'udp', 'host'))
    await ice.addRemoteCandidate(undefined)
    const fingerprints = info.dtlsParameters.fingerprints.map(
      ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
    )
    dtls.setRemoteParams(new RTCDtlsParameters(fingerprints, 'server'))
    await tellNode(ownParameters(dtls))
    await ice.start()
    await dtls.start()
    return new WebRtcEnd(ice, dtls)
  }

  onRtp(heard: (packet: RtpPacket) => void): void {
    this.dtls.onRtp.subscribe(heard)
  }

  onRtcp(heard: (packet: RtcpPacket) => void): void {
    this.dtls.onRtcp.subscribe(heard)
  }

  /** Each datagram as it came, still encrypted, beside what is done with it. */
  onArrival(arrived: (datagram: Buffer) => void): void {
    this.#ice.connection.onData.subscribe(arrived)
  }

  /** From now on what arrives is counted and thrown away undecrypted: a receiver that costs little. */
  onlyCount(count: (packet: Buffer) => void): void {
    const { onData } = this.#ice.connection
    onData.allUnsubscribe()
    onData.subscribe(count)
  }

  async close(): Promise<void> {
    await this.dtls.stop()
    await this.#ice.stop()
  }
}

const ownParameters = (dtls: RTCDtlsTransport): DtlsParameters => ({
  role: 'client',
  fingerprints: dtls.localParameters.fingerprints.map(({ value }) => ({ algorithm: 'sha-256', value })),
})
