/** What this browser can send and receive, and its certificate: learnt once, good for every transport. */
import { Device } from 'mediasoup-client'
import type { types } from 'mediasoup-client'
import { videoCodec } from '@peerlearn/contract/media'
import type { RtpCapabilities, TransportInfo, VideoCodec } from '@peerlearn/contract/media'
import type { IceServer } from '@peerlearn/contract/turn'
import { withHeaders } from './offered-headers.ts'
import { forBrowser, forNode, redundantCodec, withRedundancy } from './redundant-sound.ts'

const ecdsa: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' }

export class MediaDevice {
  #device: Device | null = null
  #certificate: RTCCertificate | null = null

  /** Learns what the room's router speaks, and makes the DTLS certificate; once, before the first join. */
  async load(routerRtpCapabilities: RtpCapabilities): Promise<void> {
    if (this.#device) return
    const device = new Device() // throws an UnsupportedError in a browser that cannot do it
    this.#certificate = await RTCPeerConnection.generateCertificate(ecdsa)
    await device.load({ routerRtpCapabilities: forBrowser(routerRtpCapabilities) as types.RtpCapabilities })
    this.#device = device
  }

  /** What this browser can receive, for the server. */
  get rtpCapabilities(): RtpCapabilities {
    return forNode(this.#loaded.recvRtpCapabilities as RtpCapabilities) // values of parameters are only looser typed there
  }

  /** What mediasoup-client needs to send in this codec; undefined when this browser can't. */
  codec(mimeType: VideoCodec): types.RtpCodecCapability | undefined {
    const spoken = this.#loaded.sendRtpCapabilities.codecs ?? []
    return spoken.find((codec) => codec.mimeType.toLowerCase() === mimeType.toLowerCase())
  }

  /** What mediasoup-client needs to send sound in RED; undefined when this browser can't. */
  get redundantCodec(): types.RtpCodecCapability | undefined {
    return redundantCodec(this.#loaded.sendRtpCapabilities)
  }

  /** Video codecs that this browser can send, best first. */
  get sendable(): VideoCodec[] {
    return videoCodec.options.filter((mimeType) => this.codec(mimeType))
  }

  /** The certificate as `transport.connect` tells it; null where the browser keeps it to itself. */
  get dtlsParameters(): types.DtlsParameters | null {
    // As SDP writes them: mediasoup compares letter by letter.
    const fingerprints = (this.#certificate?.getFingerprints?.() ?? []).flatMap(({ algorithm, value }) =>
      algorithm && value ? [{ algorithm, value: value.toUpperCase() }] : [],
    )
    if (fingerprints.length === 0) return null
    return { role: 'client', fingerprints } as types.DtlsParameters // sha-256, of a certificate of ours
  }

  createSend(info: TransportInfo, iceServers: IceServer[]): types.Transport {
    return withHeaders(withRedundancy(this.#loaded.createSendTransport(this.#options(info, iceServers))))
  }

  createRecv(info: TransportInfo, iceServers: IceServer[]): types.Transport {
    return withRedundancy(this.#loaded.createRecvTransport(this.#options(info, iceServers)))
  }

  get #loaded(): Device {
    if (!this.#device) throw new Error('the device is not loaded')
    return this.#device
  }

  #options(info: TransportInfo, iceServers: IceServer[]): types.TransportOptions {
    const { id, iceParameters, iceCandidates, dtlsParameters } = info
    const additionalSettings = this.#certificate ? { certificates: [this.#certificate] } : {}
    return { id, iceParameters, iceCandidates, dtlsParameters, iceServers, additionalSettings }
  }
}
