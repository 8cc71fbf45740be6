/**
 * How each source is sent. Camera: VP8 in three spatial layers, so that every viewer gets the size of their tile.
 * @see https://mediasoup.org/documentation/v3/mediasoup-client/api/#ProducerOptions
 */
import type { types } from 'mediasoup-client'
import type { Source } from '@peerlearn/contract/media'

type Sending = Pick<types.ProducerOptions, 'encodings' | 'codecOptions'>

const microphone: Sending = {
  encodings: [{ maxBitrate: 40_000, priority: 'high', networkPriority: 'high' }],
  codecOptions: { opusDtx: true, opusFec: true, opusStereo: false },
}

const camera: Sending = {
  encodings: [
    { scaleResolutionDownBy: 4, maxBitrate: 100_000, scalabilityMode: 'L1T3' },
    { scaleResolutionDownBy: 2, maxBitrate: 300_000, scalabilityMode: 'L1T3' },
    { scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: 'L1T3' },
  ],
  // Without a start the first seconds are a blur while the estimate climbs.
  codecOptions: { videoGoogleStartBitrate: 600 },
}

/** One sharp layer: text that is scaled down cannot be read. */
const screen: Sending = {
  encodings: [{ maxBitrate: 1_500_000, maxFramerate: 15, scalabilityMode: 'L1T1' }],
  codecOptions: { videoGoogleStartBitrate: 1000 },
}

const screenAudio: Sending = {
  encodings: [{ maxBitrate: 96_000 }],
  codecOptions: { opusDtx: false, opusFec: true, opusStereo: true },
}

export const sending: Record<Source, Sending> = { microphone, camera, screen, 'screen-audio': screenAudio }
