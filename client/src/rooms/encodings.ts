/**
 * How each source is sent. VP8 in simulcast is understood everywhere; where all present decode more and this device is
 * strong enough, SVC gives the same sizes for fewer bits.
 * @see https://mediasoup.org/documentation/v3/mediasoup-client/api/#ProducerOptions
 */
import type { types } from 'mediasoup-client'
import type { Source, VideoCodec } from '@peerlearn/contract/media'

export type Sending = Pick<types.ProducerOptions, 'encodings' | 'codecOptions'>

/** With the headers of 50 packets a second, 32 kbit/s of speech are 56 on the wire: below what the mode Voice may take. */
const microphone: Sending = {
  encodings: [{ maxBitrate: 32_000, priority: 'high', networkPriority: 'high' }],
  codecOptions: {
    opusDtx: true,
    opusFec: true,
    opusStereo: false,
    opusMaxAverageBitrate: 32_000,
  },
}

const screenAudio: Sending = {
  encodings: [{ maxBitrate: 96_000 }],
  codecOptions: { opusDtx: false, opusFec: true, opusStereo: true },
}

// Without a start the first seconds are a blur while the estimate climbs.
const cameraStart = { videoGoogleStartBitrate: 600 }
const screenStart = { videoGoogleStartBitrate: 1000 }

/** The smallest is for the small tiles of a class: nine of them, a screen and voices fit in 1.2 Mbit/s. */
const cameraSimulcast: Sending = {
  encodings: [
    { scaleResolutionDownBy: 4, maxBitrate: 60_000, maxFramerate: 15, scalabilityMode: 'L1T3' },
    { scaleResolutionDownBy: 2, maxBitrate: 250_000, scalabilityMode: 'L1T3' },
    { scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: 'L1T3' },
  ],
  codecOptions: cameraStart,
}

/** An encoder makes two layers of a small picture and three of a large one; the smallest gets a third or a sixth. */
const cameraSvc = (lines: number): Sending => ({
  encodings: [{ maxBitrate: lines < threeLayerLines ? 200_000 : 450_000, scalabilityMode: 'L3T3_KEY' }],
  codecOptions: cameraStart,
})
const threeLayerLines = 540

/** Lines of the lower stream of a screen: small letters can still be read, and a slide takes half the bits. */
const lowerScreenLines = 540

/**
 * Whole and sharp, and beside it a stream of few frames, so that slides and a voice go through 150 kbit/s.
 * @param lines how many the screen has
 */
const screenSimulcast = (lines: number): Sending => ({
  encodings: [
    {
      scaleResolutionDownBy: Math.max(1, lines / lowerScreenLines),
      maxBitrate: 60_000,
      maxFramerate: 3,
      scalabilityMode: 'L1T1',
    },
    { scaleResolutionDownBy: 1, maxBitrate: 450_000, maxFramerate: 15, scalabilityMode: 'L1T1' },
  ],
  codecOptions: screenStart,
})

/** One picture: with a second layer an encoder wants three times the bits. Who spares is sent VP8 (sfu/src/spoken-codecs.ts). */
const screenSvc: Sending = {
  encodings: [{ maxBitrate: 350_000, maxFramerate: 15, scalabilityMode: 'L1T3' }],
  codecOptions: screenStart,
}

/** How this source is sent in this codec; a copy, because mediasoup-client writes into it. `lines`: of the picture. */
export function sendingOf(source: Source, codec: VideoCodec, lines = 720): Sending {
  const simulcast = codec === 'video/VP8'
  const table: Record<Source, Sending> = {
    microphone,
    'screen-audio': screenAudio,
    camera: simulcast ? cameraSimulcast : cameraSvc(lines),
    screen: simulcast ? screenSimulcast(lines) : screenSvc,
  }
  return structuredClone(table[source])
}

/** Worth the processor's work: AV1 costs too much for a camera. */
const considered: Partial<Record<Source, VideoCodec[]>> = {
  camera: ['video/VP9'],
  screen: ['video/AV1', 'video/VP9'],
}

interface Device {
  /** Enough cores to encode the costlier codecs. */
  strong: boolean
  sendable: readonly VideoCodec[]
}

/** The codec for this source: the best that everybody present decodes and this device can well encode, else VP8. */
export function codecFor(
  source: Source,
  everybody: readonly VideoCodec[],
  { strong, sendable }: Device,
): VideoCodec {
  const usable = (codec: VideoCodec) => everybody.includes(codec) && sendable.includes(codec)
  return (strong && considered[source]?.find(usable)) || 'video/VP8'
}
