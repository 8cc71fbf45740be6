import { describe, expect, test } from 'vitest'
import { addressOf, createLimits } from './rate-limit.ts'

describe('an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (ip, counted) => {
    expect(addressOf({ ip })).toBe(counted)
  })
})

test('a guesser is refused after ten tries, and only for that account', async () => {
  const limits = createLimits(undefined)
  for (let i = 0; i < 10; i++) await limits.count('guess-account', 'asha@peerlearn.test')
  await expect(limits.count('guess-account', 'asha@peerlearn.test')).rejects.toMatchObject({
    code: 'too-many-requests',
  })
  await limits.count('guess-account', 'ravi@peerlearn.test')
  await limits.forget('guess-account', 'asha@peerlearn.test')
  await limits.count('guess-account', 'asha@peerlearn.test')
})
