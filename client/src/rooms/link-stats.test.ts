import { describe, expect, it } from 'vitest'
import { readPath } from './link-stats.ts'

const stats = (list: object[]) => list as RTCStats[] // as a browser gives them
const pair = {
  type: 'candidate-pair',
  id: 'pair',
  localCandidateId: 'local',
  state: 'succeeded',
  nominated: true,
}

describe('what a browser says of a transport', () => {
  it('is the way that is in use, with its round trip', () => {
    const report = stats([
      { type: 'transport', id: 't', selectedCandidatePairId: 'pair' },
      { ...pair, id: 'other', localCandidateId: 'none' },
      { ...pair, currentRoundTripTime: 0.042, bytesSent: 10, bytesReceived: 20, packetsReceived: 3 },
      { type: 'local-candidate', id: 'local', candidateType: 'relay', relayProtocol: 'tls' },
    ])
    expect(readPath(report)).toMatchObject({
      way: 'turn-tls',
      rttMs: 42,
      pair: 'pair',
      bytes: 30,
      packetsIn: 3,
    })
  })

  it('is told of browsers that name no selected pair', () => {
    const report = stats([
      pair,
      { type: 'local-candidate', id: 'local', candidateType: 'host', protocol: 'tcp' },
    ])
    expect(readPath(report)).toMatchObject({ way: 'tcp', rttMs: null })
  })

  it('counts sound that was made up, without the silence, and what was lost, without what only fills', () => {
    const inbound = {
      type: 'inbound-rtp',
      totalSamplesReceived: 1000,
      concealedSamples: 90,
      silentConcealedSamples: 40,
    }
    const filling = { type: 'inbound-rtp', mid: 'probator', packetsReceived: 70, packetsLost: 30 }
    expect(readPath(stats([{ ...inbound, packetsReceived: 5, packetsLost: 1 }, filling]))).toMatchObject({
      concealed: 50,
      samples: 1000,
      received: 5,
      lost: 1,
      pair: null,
      way: null,
    })
  })
})
