/** What a browser's statistics say of one transport. Pure; counters are totals since it was made. */
import type { Way } from '@peerlearn/contract/media'

export interface PathSample {
  /** The pair of candidates in use, whose own bytes are counted; null between two ways. */
  pair: string | null
  /** UDP payload without what ICE says to itself. */
  bytes: number
  packetsIn: number
  packetsOut: number
  /** Milliseconds since the last packet, where the browser tells. */
  idleMs: number | null
  /** Differs from the last one when anything came, be it only an answer of ICE. */
  sign: string
  way: Way | null
  rttMs: number | null
  /** Of what is received: packets that came and were lost, and samples of sound in all and made up. */
  received: number
  lost: number
  samples: number
  concealed: number
}

type Loose = RTCStats & Record<string, unknown> // browsers differ in what they tell

/** The section of mediasoup's probes for bandwidth: filling of no worth, whose gaps are no loss. */
const filling = 'probator'

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** The pair of candidates in use: as the transport says, or where it doesn't (Firefox) the one that was chosen. */
function pairOf(all: Loose[]): Loose | undefined {
  const transport = all.find((s) => s.type === 'transport' && s['selectedCandidatePairId'])
  const id = transport?.['selectedCandidatePairId']
  const pairs = all.filter((s) => s.type === 'candidate-pair')
  return pairs.find((s) => s.id === id) ?? pairs.find((s) => s['nominated'] && s['state'] === 'succeeded')
}

const relayed: Record<string, Way> = { udp: 'turn-udp', tcp: 'turn-tcp', tls: 'turn-tls' }

function wayOf(local: Loose | undefined): Way | null {
  if (!local) return null
  if (local['candidateType'] === 'relay') return relayed[String(local['relayProtocol'])] ?? null
  return local['protocol'] === 'tcp' ? 'tcp' : 'udp'
}

function idleOf(pair: Loose | undefined): number | null {
  const last = number(pair?.['lastPacketReceivedTimestamp'])
  return pair && last > 0 && last <= pair.timestamp ? Math.round(pair.timestamp - last) : null
}

/** One transport's report, as `transport.getStats()` gives it. */
export function readPath(report: Iterable<RTCStats>): PathSample {
  const all = [...report] as Loose[]
  const pair = pairOf(all)
  const inbound = all.filter((s) => s.type === 'inbound-rtp' && s['mid'] !== filling)
  const outbound = all.filter((s) => s.type === 'outbound-rtp')
  const transport = all.find((s) => s.type === 'transport')
  const sum = (list: Loose[], key: string) => list.reduce((total, s) => total + number(s[key]), 0)
  const rtt = pair?.['currentRoundTripTime']
  return {
    pair: pair?.id ?? null,
    bytes: number(pair?.['bytesSent']) + number(pair?.['bytesReceived']),
    packetsIn: number(
      pair?.['packetsReceived'] ?? transport?.['packetsReceived'] ?? sum(inbound, 'packetsReceived'),
    ),
    packetsOut: number(pair?.['packetsSent'] ?? transport?.['packetsSent'] ?? sum(outbound, 'packetsSent')),
    idleMs: idleOf(pair),
    sign: [pair?.id, pair?.['responsesReceived'], pair?.['bytesReceived']].join(' '),
    way: wayOf(pair && all.find((s) => s.id === pair['localCandidateId'])),
    rttMs: typeof rtt === 'number' ? Math.round(rtt * 1000) : null,
    received: sum(inbound, 'packetsReceived'),
    lost: sum(inbound, 'packetsLost'),
    samples: sum(inbound, 'totalSamplesReceived'),
    concealed: sum(inbound, 'concealedSamples') - sum(inbound, 'silentConcealedSamples'),
  }
}
