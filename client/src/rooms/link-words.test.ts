import { expect, it } from 'vitest'
import type { LearnerLink } from '@peerlearn/contract/links'
import { linkWords } from './link-words.ts'

const good: LearnerLink = {
  userId: '018f0000-0000-7000-8000-000000000001',
  quality: 'good',
  reason: 'none',
  mode: 'full',
  way: 'udp',
  rttMs: 20,
  lossUp: 0,
  lossDown: 0,
}

it('says of a good link no more than that', () => expect(linkWords(good)).toBe('Good connection'))
it('names the reason, the mode, a way round, and a delay that is felt', () =>
  expect(
    linkWords({ ...good, quality: 'weak', reason: 'loss', mode: 'saver', way: 'turn-tcp', rttMs: 240 }),
  ).toBe('Weak: much is lost on the way · Saver · over TURN · 240 ms'))
