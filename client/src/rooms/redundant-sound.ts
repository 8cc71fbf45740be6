/**
 * RED (RFC 2198) on both sides of mediasoup, which knows none: browsers are told its name, the node the contract's. What is
 * said to the browser is put right in its SDP. No state; the one who sends is `redundant-microphone.ts`.
 */
import type { types } from 'mediasoup-client'
import { hasRedundancy, redundantOf, redundantSound } from '@peerlearn/contract/media'
import type { RtpCapabilities, RtpParameters } from '@peerlearn/contract/media'

const mimeType = 'audio/red'
/** Each packet names the payload type of what it repeats, which goes through the node as it is: the one of Chromium and Safari. */
export const opusInside = 111
/** Bits a second of Opus: on the wire, with itself once more and all headers, it takes about three times that. */
export const redundantBitrate = 32_000

type Codec = { mimeType: string }

const renamed = <C extends Codec>(codecs: C[] | undefined, from: string, to: Partial<C>) =>
  codecs?.map((codec) => (codec.mimeType.toLowerCase() === from ? { ...codec, ...to } : codec)) ?? []

/** As the browser knows it. */
export const forBrowser = <T extends RtpCapabilities | RtpParameters>(said: T): T => ({
  ...said,
  codecs: renamed<Codec>(said.codecs, redundantSound.mimeType, {
    mimeType,
    channels: 2,
    parameters: {},
  } as Codec),
})

const feedback = [{ type: 'transport-cc' }, { type: 'nack' }]

/** As the node knows it; what is lost of it is asked for again. */
export const forNode = <T extends RtpCapabilities | RtpParameters>(said: T): T => ({
  ...said,
  codecs: renamed<Codec>(said.codecs, mimeType, { ...redundantSound, rtcpFeedback: feedback } as Codec),
})

/** Its capability among these, as `produce` takes it. */
export const redundantCodec = ({ codecs = [] }: types.RtpCapabilities) =>
  codecs.find((codec) => codec.mimeType.toLowerCase() === mimeType)

/** Of two consumers of one producer, which is which. */
export const streamOf = ({
  producerId,
  rtpParameters,
}: {
  producerId: string
  rtpParameters: RtpParameters
}) => (hasRedundancy(rtpParameters) ? redundantOf(producerId) : producerId)

/** Tells the sections of RED of the Opus inside, which its packets name. */
export const withOpusInside = (sdp: string): string =>
  sdp
    .split(/^(?=m=)/m)
    .map(tellOpus)
    .join('')

function tellOpus(section: string): string {
  const red = /^a=rtpmap:(\d+) red\/48000\/2\r\n/im.exec(section)?.[1]
  if (!red || !section.startsWith('m=audio')) return section
  const opus = [
    `a=rtpmap:${opusInside} opus/48000/2`,
    `a=fmtp:${opusInside} minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=${redundantBitrate}`,
    ...feedback.map(({ type }) => `a=rtcp-fb:${opusInside} ${type}`),
    `a=fmtp:${red} ${opusInside}/${opusInside}`,
  ]
  return section
    .replace(new RegExp(`^a=fmtp:${red} .*\\r\\n`, 'gm'), '')
    .replace(new RegExp(`^(m=audio \\S+ \\S+ ${red})\\b`, 'm'), `$1 ${opusInside}`)
    .replace(new RegExp(`^a=rtpmap:${red} .*\\r\\n`, 'm'), (line) => `${line}${opus.join('\r\n')}\r\n`)
}

/** The connection inside of mediasoup-client's handler, which has no other way to what is said to the browser. */
interface Handler {
  _pc?: RTCPeerConnection
}

/** The browser is told so on this transport. */
export function withRedundancy(transport: types.Transport): types.Transport {
  const connection = (transport.handler as Handler)._pc
  if (!connection) return transport
  const tell = connection.setRemoteDescription.bind(connection)
  connection.setRemoteDescription = (description: RTCSessionDescriptionInit) =>
    tell({ ...description, sdp: withOpusInside(description.sdp ?? '') })
  return transport
}
