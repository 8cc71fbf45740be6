/** Calls to mediasoup that carry a client's parameters: what it refuses is that client's error and nobody else's. */
import { AppError } from '@peerlearn/contract/errors'
import type { RtpCapabilities } from '@peerlearn/contract/media'
import { ortc } from 'mediasoup'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'

/** @throws AppError media-refused when mediasoup objects, media-unavailable when its worker is gone or hangs */
export async function fromClient<T>(
  transport: types.WebRtcTransport,
  call: Promise<T>,
  discard?: (late: T) => void,
): Promise<T> {
  try {
    return await limited(call, discard)
  } catch (error) {
    if (error instanceof AppError) throw error
    if (transport.closed) throw unavailable()
    throw refused(error)
  }
}

/** What a client says that it can decode. @throws AppError media-refused */
export function acceptedCapabilities(said: RtpCapabilities): types.RtpCapabilities {
  // The contract leaves URIs and parameters open: mediasoup itself judges them, and refuses by throwing.
  const rtpCapabilities = structuredClone(said) as types.RtpCapabilities
  try {
    ortc.validateAndNormalizeRtpCapabilities(rtpCapabilities)
  } catch (error) {
    throw refused(error)
  }
  if (!rtpCapabilities.codecs?.length) throw refused(new TypeError('no codec'))
  return rtpCapabilities
}

const refused = (error: unknown) =>
  new AppError('media-refused', 'These media parameters are not accepted.', {
    reason: String(error instanceof Error ? error.message : error).slice(0, 200),
  })

export const unavailable = () =>
  new AppError('media-unavailable', 'The media server lost this connection. Please try again.')
