import { describe, expect, it } from 'vitest'
import type { Receiving } from '@peerlearn/contract/links'
import { budgetMark, budgetNotice, dataSize, modeWords } from './receive-words.ts'

describe('data in words', () => {
  it('has three figures at most', () => {
    expect([940_000, 52_400_000, 310_000_000, 1_200_000_000].map(dataSize)).toEqual([
      '940 kB',
      '52.4 MB',
      '310 MB',
      '1.20 GB',
    ])
  })
  it('says what a mode takes an hour', () => {
    expect(modeWords('voice')).toContain('28.8 MB an hour')
    expect(modeWords('full')).not.toContain('an hour')
  })
  it('names the step that the budget asked for, and when it is used up', () => {
    const now: Receiving = {
      wanted: 'full',
      mode: 'saver',
      reason: 'budget',
      budgetBytes: 100_000_000,
      usedBytes: 60_000_000,
    }
    expect(budgetNotice(now)).toBe('To keep your 100 MB, you receive Saver now.')
    expect(budgetNotice({ ...now, mode: 'voice', usedBytes: 100_000_001 })).toContain('used up')
    expect(budgetNotice({ ...now, reason: 'chosen' })).toBeNull()
    expect(budgetMark(now)).toBe('to keep 100 MB')
    expect(budgetMark({ ...now, reason: 'chosen' })).toBeNull()
  })
})
