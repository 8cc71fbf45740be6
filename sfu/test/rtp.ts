/** What a browser would say of its own media, and packets that look like them to a worker. */
import { redundantSound } from '@peerlearn/contract/media'
import type { RtpCapabilities, RtpParameters, Source } from '@peerlearn/contract/media'
import { RtcpSenderInfo, RtcpSrPacket, RtpHeader } from 'werift'

const vp8 = {
  mimeType: 'video/VP8',
  payloadType: 96,
  clockRate: 90_000,
  rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }],
}
const opus = {
  mimeType: 'audio/opus',
  payloadType: 111,
  clockRate: 48_000,
  channels: 2,
  parameters: { usedtx: 1, useinbandfec: 1 },
}
const audioLevel = { uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', id: 1 }

/** Takes Opus and VP8 and measures no bandwidth: a worker then sends all it has. */
export const rtpCapabilities: RtpCapabilities = {
  codecs: [
    { ...opus, kind: 'audio', preferredPayloadType: 100 },
    { ...vp8, kind: 'video', preferredPayloadType: 101 },
  ].map(({ payloadType: _, ...codec }) => codec as NonNullable<RtpCapabilities['codecs']>[number]), // kind stays literal
  headerExtensions: [],
}

/** The same of one who takes RED, too. */
export const withRedundancy: RtpCapabilities = {
  ...rtpCapabilities,
  codecs: [
    ...(rtpCapabilities.codecs ?? []),
    { kind: 'audio', ...redundantSound, preferredPayloadType: 63, rtcpFeedback: [{ type: 'nack' }] },
  ],
}

/** Of a learner who receives everything: the rest of what a peer is created with. */
export const peerOptions = {
  mentor: false,
  maxProducers: { audio: 1, video: 1 },
  receive: { mode: 'full' as const, maxBitrate: null },
  view: { videos: 25 },
}

export const kindOf = (source: Source) =>
  source === 'camera' || source === 'screen' ? ('video' as const) : ('audio' as const)

/** One stream for a microphone or screen; a camera has a stream for each layer. */
export function parametersFor(source: Source, ssrcs: number[], mid: string): RtpParameters {
  const audio = kindOf(source) === 'audio'
  return {
    mid,
    codecs: [audio ? opus : vp8],
    headerExtensions: audio ? [audioLevel] : [],
    encodings: ssrcs.map((ssrc) => ({ ssrc })),
    rtcp: { cname: 'participant' },
  }
}

export interface Stream {
  ssrc: number
  sequenceNumber: number
  timestamp: number
}

/** The next packet of a stream. `loudness` in dB below full scale, for audio. */
export function nextHeader(stream: Stream, kind: 'audio' | 'video', loudness = 0): RtpHeader {
  stream.sequenceNumber = (stream.sequenceNumber + 1) & 0xffff
  stream.timestamp = (stream.timestamp + (kind === 'audio' ? 960 : 1_800)) >>> 0
  const level = { id: audioLevel.id, payload: Buffer.from([0x80 | loudness]) }
  return new RtpHeader({
    ssrc: stream.ssrc,
    sequenceNumber: stream.sequenceNumber,
    timestamp: stream.timestamp,
    payloadType: kind === 'audio' ? opus.payloadType : vp8.payloadType,
    marker: true,
    ...(kind === 'audio' && { extension: true, extensionProfile: 0xbede, extensions: [level] }),
  })
}

/** A whole VP8 frame in one packet: its descriptor, its frame tag, and filling. The last byte tells the layer. */
export function vp8Frame(isKey: boolean, size: number, layer: number): Buffer {
  const frame = Buffer.alloc(size, 7)
  frame[0] = 0x10
  frame[1] = isKey ? 0x00 : 0x01
  frame[size - 1] = layer
  return frame
}

/** Ties a stream's clock to the wall: without it a worker cannot switch between layers. */
export function senderReport({ ssrc, timestamp }: Stream): RtcpSrPacket {
  const now = Date.now() / 1_000 + 2_208_988_800
  const ntpTimestamp = (BigInt(Math.floor(now)) << 32n) | BigInt(Math.floor((now % 1) * 2 ** 32))
  return new RtcpSrPacket({
    ssrc,
    senderInfo: new RtcpSenderInfo({ ntpTimestamp, rtpTimestamp: timestamp, packetCount: 0, octetCount: 0 }),
  })
}
