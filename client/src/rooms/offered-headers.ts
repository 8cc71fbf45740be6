/**
 * mediasoup-client reads from an offer which header extensions a kind may be sent with, and knows each for the kind of the last
 * section alone: a screen that goes into a section used before, with a sound behind it, would go without the name of its section,
 * be taken for the camera, whose streams are called alike, and not count for the estimate of the link. No state.
 */
import type { types } from 'mediasoup-client'

const shared = [
  'urn:ietf:params:rtp-hdrext:sdes:mid',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
]
const kinds = ['audio', 'video'] as const
type Extension = types.RtpHeaderExtension

/** The same, in which what sound and pictures share is there for both. */
export function forBothKinds(extensions: Extension[]): Extension[] {
  const missing = shared.flatMap((uri) => {
    const known = extensions.filter((one) => one.uri === uri)
    return kinds.flatMap((kind) =>
      known[0] && known.every((one) => one.kind !== kind) ? { ...known[0], kind } : [],
    )
  })
  return [...extensions, ...missing]
}

/** Inside of mediasoup-client's handler, which has no other way to what it reads. */
interface Handler {
  _getSendExtendedRtpCapabilities?: (native: types.RtpCapabilities) => unknown
}

/** What is sent on this transport has them. */
export function withHeaders(transport: types.Transport): types.Transport {
  const handler = transport.handler as Handler
  const extend = handler._getSendExtendedRtpCapabilities
  if (extend)
    handler._getSendExtendedRtpCapabilities = (native) =>
      extend.call(handler, { ...native, headerExtensions: forBothKinds(native.headerExtensions ?? []) })
  return transport
}
