/** What is spoken in a room, and how a video's layers follow the size at which it is shown. */
import type { types } from 'mediasoup'

/**
 * Opus sends nothing in silence (DTX) and repairs single losses by itself (FEC); VP8 is what every browser
 * encodes in simulcast.
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48000,
    channels: 2,
    parameters: { usedtx: 1, useinbandfec: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90000 },
]

/** Bits per second that one peer may send us; a larger sender is told to slow down. */
export const maxIncomingBitrate = 4_000_000
/** What a receiver is believed to take before anything was measured. */
export const initialOutgoingBitrate = 1_000_000

/** A tile up to this many device pixels high is sharp enough with the layer of that index. */
const layerHeights = [200, 400]

/** The spatial layer (0 is the smallest) for a tile, never above what is produced. */
export function layerFor(tileHeight: number, producedLayers: number): number {
  const wanted = layerHeights.findIndex((limit) => tileHeight <= limit)
  return Math.min(wanted === -1 ? layerHeights.length : wanted, producedLayers - 1)
}

/** A screen is read, not watched: it keeps its bits when a link is short. */
export const screenPriority = 10
