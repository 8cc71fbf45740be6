/** The node's side of a probe in the words that a browser understands: an SDP answer with one data channel. Pure. */
import type { ProbeTransport, ProbeWay } from './probe.ts'

/** How the channel is made on both ends; ids are agreed on, so nothing is negotiated in it. */
export const probeChannel = { negotiated: true, id: 0, ordered: false, maxRetransmits: 0 } as const

/** mid: of the offer's only section. Through TURN it is the node's UDP that the relay talks to. */
export function probeAnswer(transport: ProbeTransport, way: ProbeWay, mid: string): string {
  const { iceParameters, iceCandidates, dtlsParameters } = transport
  const wanted = way === 'tcp' ? 'tcp' : 'udp'
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${mid}`,
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...dtlsParameters.fingerprints.slice(-1).map((f) => `a=fingerprint:${f.algorithm} ${f.value}`),
    'a=setup:passive',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
    ...iceCandidates.filter(({ protocol }) => protocol === wanted).map(candidateLine),
    'a=end-of-candidates',
  ]
  return `${lines.join('\r\n')}\r\n`
}

function candidateLine({
  foundation,
  protocol,
  priority,
  ip,
  port,
}: ProbeTransport['iceCandidates'][number]): string {
  const passive = protocol === 'tcp' ? ' tcptype passive' : ''
  return `a=candidate:${foundation} 1 ${protocol} ${priority} ${ip} ${port} typ host${passive}`
}

/** What the node must know of the browser's own offer. */
export function readOffer(sdp: string): { mid: string; algorithm: string; fingerprint: string } {
  const mid = /^a=mid:(\S+)/m.exec(sdp)?.[1]
  const [, algorithm, fingerprint] = /^a=fingerprint:(\S+) (\S+)/m.exec(sdp) ?? []
  if (!mid || !algorithm || !fingerprint) throw new Error('this offer has no data channel')
  return { mid, algorithm, fingerprint }
}
