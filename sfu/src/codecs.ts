/** What is spoken in a room, and how much of it one peer may send. */
import { redundantSound, videoCodec } from '@peerlearn/contract/media'
import type { RtpCapabilities, VideoCodec } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'

/**
 * Opus sends nothing in silence (DTX) and repairs single losses by itself (FEC); where more is lost, RED. VP8 is what
 * every browser encodes in simulcast, and comes first, so that it is the one used where nobody asked for another.
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48000,
    channels: 2,
    parameters: { usedtx: 1, useinbandfec: 1 },
  },
  { kind: 'audio', ...redundantSound, preferredPayloadType: 63 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90000, parameters: { 'profile-id': 0 } },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90000 },
]

/** Which video codecs of the room all of these can decode, best first; all of the room's when there is nobody. */
export function commonCodecs(everybody: Iterable<RtpCapabilities>): VideoCodec[] {
  const people = [...everybody]
  return videoCodec.options.filter((codec) => people.every((person) => decodes(person, codec)))
}

const decodes = ({ codecs = [] }: RtpCapabilities, wanted: VideoCodec) =>
  codecs.some(
    ({ mimeType, parameters }) =>
      mimeType.toLowerCase() === wanted.toLowerCase() &&
      (wanted !== 'video/VP9' || Number(parameters?.['profile-id'] ?? 0) === 0),
  )

/** Bits a second of one sound at most, with all headers. */
export const maxSoundBitrate = 250_000

/** Bits a second that one peer is asked to stay under, by how many producers it may have. */
export const maxIncomingBitrate = ({ audio, video }: Record<types.MediaKind, number>) =>
  Math.min(12_000_000, 500_000 + audio * maxSoundBitrate + video * 3_000_000)

/** What a receiver is believed to take before anything was measured. */
export const initialOutgoingBitrate = 1_000_000
