/** What a browser would say of its own media: enough for a node to make transports, producers and consumers. */
import type { RtpParameters, Source } from '@peerlearn/contract/media'

const vp8 = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }
const opus = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }
let lastSsrc = 1_000

export const kindOf = (source: Source) =>
  source === 'camera' || source === 'screen' ? ('video' as const) : ('audio' as const)

export function parametersFor(source: Source): RtpParameters {
  return {
    mid: String(++lastSsrc),
    codecs: [kindOf(source) === 'video' ? vp8 : opus],
    headerExtensions: [],
    encodings: [{ ssrc: ++lastSsrc }],
    rtcp: { cname: 'test' },
  }
}

export const dtlsParameters = {
  role: 'client' as const,
  fingerprints: [
    {
      algorithm: 'sha-256' as const,
      value: Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0').toUpperCase()).join(':'),
    },
  ],
}
