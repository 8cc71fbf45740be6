import type { SessionVerdict } from '@peerlearn/contract/attendance'
import { describe, expect, it } from 'vitest'
import { verdictWords } from './verdict-words.ts'

const verdict = (given: Partial<SessionVerdict>): SessionVerdict => ({
  revision: 1,
  outcome: 'held',
  plannedSeconds: 3600,
  mentorSeconds: 3600,
  failedSeconds: 0,
  refundBasisPoints: 0,
  reason: null,
  at: '2026-11-21T12:00:00.000Z',
  ...given,
})

describe('what a class came to', () => {
  it('is said to its mentor and to an admin', () => {
    expect(verdictWords(verdict({}), { mine: true })).toBe(
      'The class was held: you taught for 60 of 60 minutes. Nothing goes back to learners.',
    )
    const early = verdict({ outcome: 'ended-early', mentorSeconds: 1800, refundBasisPoints: 4950 })
    expect(verdictWords(early, { mine: false })).toBe(
      'The class ended early: the mentor taught for 30 of 60 minutes. 49.5 % of what was paid goes back to learners.',
    )
  })
  it('names the reason of a correction', () => {
    const corrected = verdict({
      outcome: 'failed',
      failedSeconds: 2400,
      refundBasisPoints: 10_000,
      reason: 'No sound.',
    })
    expect(verdictWords(corrected, { mine: true })).toBe(
      'Our servers failed for 40 minutes of it. Whoever paid gets all of it back. Corrected by us: No sound.',
    )
  })
})
