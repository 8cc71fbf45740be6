import type { ReadinessResult } from '@peerlearn/contract/readiness'

/** For tests: a check of the connection in which all is well, over every way. */
export const goodCheck: ReadinessResult = {
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
