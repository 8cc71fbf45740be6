import { describe, expect, it } from 'vitest'
import type { ReadinessResult } from './readiness.ts'
import { reasonsOf, verdictOf } from './readiness-verdict.ts'

const good: ReadinessResult = {
  microphone: 'works',
  camera: 'works',
  ways: { udp: 40, tcp: 60, turn: 90 },
  best: 'udp',
  downBits: 8_000_000,
  upBits: 4_000_000,
  rttMs: 30,
  lossDown: 0,
  lossUp: 0,
}
const verdicts = (changes: Partial<ReadinessResult>[]) =>
  changes.map((change) => verdictOf({ ...good, ...change }))

describe('the verdict on a check', () => {
  it('is ready when nothing has to be changed, also over TCP and without a camera', () => {
    expect(verdictOf(good)).toBe('ready')
    expect(reasonsOf(good)).toEqual([])
    const noUdp = { ...good, ways: { ...good.ways, udp: null }, best: 'tcp' as const }
    expect(verdictOf(noUdp)).toBe('ready')
    expect(reasonsOf(noUdp)).toEqual(['no-udp'])
    expect(verdicts([{ camera: 'missing' }, { camera: 'blocked' }])).toEqual(['ready', 'ready'])
  })

  it('says TURN when only a relay is reached', () => {
    const ways = { udp: null, tcp: null, turn: 200 }
    expect(verdicts([{ ways, best: 'turn-tcp' }])).toEqual(['turn'])
  })

  it('advises Voice where pictures would freeze', () => {
    expect(verdicts([{ downBits: 200_000 }, { lossDown: 0.12 }, { lossUp: 0.12 }, { rttMs: 1_200 }])).toEqual(
      ['voice', 'voice', 'voice', 'voice'],
    )
    expect(verdicts([{ best: 'turn-udp', downBits: 200_000 }, { downBits: null }])).toEqual([
      'voice',
      'voice',
    ])
    expect(reasonsOf({ ...good, lossDown: 0.12, downBits: 200_000 })).toEqual(['lossy', 'narrow'])
  })

  it('is trouble when somebody would not hear or not be heard', () => {
    const none = { ways: { udp: null, tcp: null, turn: null }, best: null, downBits: null, upBits: null }
    expect(
      verdicts([
        none,
        { microphone: 'blocked' },
        { microphone: 'missing' },
        { downBits: 40_000 },
        { upBits: 20_000 },
        { lossDown: 0.4 },
        { rttMs: 3_000 },
      ]),
    ).toEqual(Array(7).fill('trouble'))
  })

  it('holds nothing against anybody that was not measured, nor a person who said nothing', () => {
    expect(
      verdicts([
        { downBits: null, upBits: null, rttMs: null, lossDown: null, lossUp: null },
        { microphone: 'untested', camera: 'untested' },
        { microphone: 'silent' },
      ]),
    ).toEqual(['ready', 'ready', 'ready'])
  })

  it('gives the gravest reason first', () => {
    const result = { ...good, microphone: 'blocked' as const, downBits: 100_000, camera: 'missing' as const }
    expect(reasonsOf(result)).toEqual(['microphone-blocked', 'narrow', 'camera-missing'])
  })
})
