/**
 * mediasoup's parameters as they cross a wire, checked before they reach a worker.
 * @see https://mediasoup.org/documentation/v3/mediasoup/rtp-parameters-and-capabilities/
 */
import { z } from 'zod'

const uint = (max = 0xffffffff) => z.number().int().min(0).max(max)
const word = z.string().min(1).max(128)

/** Ids of transports, producers and consumers are mediasoup's own. */
export const mediaId = z.string().min(1).max(64)

export const kind = z.enum(['audio', 'video'])

/** What a producer carries. A learner sends two at most: a microphone, and a camera or a screen. */
export const source = z.enum(['microphone', 'camera', 'screen', 'screen-audio'])
export type Source = z.infer<typeof source>

const parameterValue = z.union([z.string().max(512), z.number()])

/** Not a z.record, which would leave the key `__proto__` out without a word: here it is refused. */
const parameters = z.custom<Record<string, string | number>>(
  isParameters,
  'These parameters are not accepted.',
)

function isParameters(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= 32 &&
    entries.every(
      ([name, v]) => name !== '__proto__' && name.length <= 64 && parameterValue.safeParse(v).success,
    )
  )
}

const rtcpFeedback = z.strictObject({ type: word, parameter: z.string().max(64).optional() })

export const rtpParameters = z.strictObject({
  mid: z.string().max(32).optional(),
  msid: z.string().max(256).optional(),
  codecs: z
    .array(
      z.strictObject({
        mimeType: word,
        payloadType: uint(127),
        clockRate: uint(),
        channels: uint(8).optional(),
        parameters: parameters.optional(),
        rtcpFeedback: z.array(rtcpFeedback).max(16).optional(),
      }),
    )
    .min(1)
    .max(8),
  headerExtensions: z
    .array(
      z.strictObject({
        uri: z.string().max(128),
        id: uint(255),
        encrypt: z.boolean().optional(),
        parameters: parameters.optional(),
      }),
    )
    .max(32)
    .optional(),
  encodings: z
    .array(
      z.strictObject({
        active: z.boolean().optional(),
        ssrc: uint().optional(),
        rid: z.string().max(16).optional(),
        codecPayloadType: uint(127).optional(),
        rtx: z.strictObject({ ssrc: uint() }).optional(),
        dtx: z.boolean().optional(),
        scalabilityMode: z.string().max(16).optional(),
        scaleResolutionDownBy: z.number().min(1).max(64).optional(),
        maxBitrate: uint(20_000_000).optional(),
        maxFramerate: z.number().min(0).max(120).optional(),
        adaptivePtime: z.boolean().optional(),
        priority: z.string().max(16).optional(),
        networkPriority: z.string().max(16).optional(),
      }),
    )
    .min(1)
    .max(4)
    .optional(),
  rtcp: z
    .strictObject({
      cname: z.string().max(128).optional(),
      reducedSize: z.boolean().optional(),
      mux: z.boolean().optional(),
    })
    .optional(),
})

/**
 * RED (RFC 2198): with each packet of sound come the ones before it once more. mediasoup knows no RED, but carries what it
 * takes for surround sound as it is: so RED is called between client and node, in capabilities and parameters.
 */
export const redundantSound = {
  mimeType: 'audio/multiopus',
  clockRate: 48_000,
  channels: 4,
  parameters: { channel_mapping: '0,1,2,3', num_streams: 2, coupled_streams: 2 },
}

/** Is this sound in RED, or does who says this understand it? */
export const hasRedundancy = ({ codecs = [] }: { codecs?: readonly { mimeType: string }[] | undefined }) =>
  codecs.some(({ mimeType }) => mimeType === redundantSound.mimeType)

/** What a microphone in RED is called, beside the plain one of this id. */
export const redundantOf = (producerId: string) => `${producerId}+red`

export const rtpCapabilities = z.strictObject({
  codecs: z
    .array(
      z.strictObject({
        kind,
        mimeType: word,
        preferredPayloadType: uint(127).optional(),
        clockRate: uint(),
        channels: uint(8).optional(),
        parameters: parameters.optional(),
        rtcpFeedback: z.array(rtcpFeedback).max(16).optional(),
      }),
    )
    .max(64)
    .optional(),
  headerExtensions: z
    .array(
      z.strictObject({
        kind: z.enum(['audio', 'video']),
        uri: z.string().max(128),
        preferredId: uint(255),
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(64)
    .optional(),
})

/** At least one fingerprint: an empty list once crashed a worker. */
export const dtlsParameters = z.strictObject({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(
      z.strictObject({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        /** RFC 8122 has upper case, and mediasoup compares it letter by letter. */
        value: z
          .string()
          .max(200)
          .toUpperCase()
          .regex(/^[0-9A-F]{2}(:[0-9A-F]{2})+$/),
      }),
    )
    .min(1)
    .max(8),
})

export const iceParameters = z.strictObject({
  usernameFragment: z.string(),
  password: z.string(),
  iceLite: z.boolean().optional(),
})

export const iceCandidate = z.strictObject({
  foundation: z.string(),
  priority: z.number(),
  ip: z.string(),
  address: z.string(),
  protocol: z.enum(['udp', 'tcp']),
  port: z.number(),
  type: z.literal('host'),
  tcpType: z.literal('passive').optional(),
})

/** What mediasoup-client's createSendTransport and createRecvTransport take. */
export const transportInfo = z.strictObject({
  id: mediaId,
  iceParameters,
  iceCandidates: z.array(iceCandidate),
  dtlsParameters,
})

export const producerInfo = z.strictObject({
  producerId: mediaId,
  peerId: z.uuid(),
  kind,
  source,
  paused: z.boolean(),
})

/**
 * A consumer starts paused and sends after `consumer.resume`. Of a microphone there may be two: beside the plain one another
 * in RED, under the same producer, which is to be heard once it carries something and as long as it is there.
 */
export const consumerInfo = z.strictObject({
  consumerId: mediaId,
  producerId: mediaId,
  peerId: z.uuid().meta({ description: 'The peer whose producer this is' }),
  /** The receiver's transport that it comes on: while its media move to another node there are two. */
  transportId: mediaId.optional(),
  kind,
  source,
  rtpParameters,
  producerPaused: z.boolean(),
})

/** A tile on screen: somebody's video and the device pixels it fills. */
export const tile = z.strictObject({ producerId: mediaId, width: uint(16384), height: uint(16384) })

/** Until the first `view.set`: how many tiles will fit on the screen, so that their pictures come with the answer. */
export const firstView = z.strictObject({ videos: uint(25) })

/** The two transports of a peer, and a consumer for each picture of its first view and each sound that it hears. */
export const mediaSetup = z.strictObject({
  send: transportInfo,
  recv: transportInfo,
  consumers: z.array(consumerInfo),
})

/**
 * How a peer's media are: `connecting` until its transports are up, `connected`, `weak` when much is lost,
 * `reconnecting` when ICE or its socket is away.
 */
export const connection = z.enum(['connecting', 'connected', 'weak', 'reconnecting'])

/**
 * What a learner's link is to carry: `full`; `saver`, small pictures; `slides`, a shared screen and the mentor's voice;
 * `voice`, the voices alone. From the one that takes most to the one that takes least. Sending is another matter.
 */
export const receiveMode = z.enum(['full', 'saver', 'slides', 'voice'])
/** Bits a second that each mode may take at most, with all headers down to IP. */
export const receiveCeiling: Record<ReceiveMode, number | null> = {
  full: null,
  saver: 300_000,
  slides: 150_000,
  voice: 64_000,
}

/** How media reach the node: straight over UDP or TCP, or through TURN, named by how the client reaches that. */
export const way = z.enum(['udp', 'tcp', 'turn-udp', 'turn-tcp', 'turn-tls'])

/** Video codecs, the best first. */
export const videoCodec = z.enum(['video/AV1', 'video/VP9', 'video/VP8'])

export type ReceiveMode = z.infer<typeof receiveMode>
export type Way = z.infer<typeof way>
export type VideoCodec = z.infer<typeof videoCodec>
export type FirstView = z.infer<typeof firstView>
export type RtpParameters = z.infer<typeof rtpParameters>
export type RtpCapabilities = z.infer<typeof rtpCapabilities>
export type DtlsParameters = z.infer<typeof dtlsParameters>
export type IceParameters = z.infer<typeof iceParameters>
export type TransportInfo = z.infer<typeof transportInfo>
export type ProducerInfo = z.infer<typeof producerInfo>
export type ConsumerInfo = z.infer<typeof consumerInfo>
export type MediaSetup = z.infer<typeof mediaSetup>
export type Tile = z.infer<typeof tile>
export type Connection = z.infer<typeof connection>
