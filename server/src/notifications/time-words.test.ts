import { describe, expect, it } from 'vitest'
import { fullTimeWords, timeWords } from './time-words.ts'

const at = new Date('2026-03-29T17:00:00Z')

describe('a time', () => {
  it('is told in the reader’s own zone, daylight saving included', () => {
    expect(timeWords(at, 'Asia/Kolkata')).toBe('Sun 29 Mar, 22:30 (Asia/Kolkata)')
    expect(timeWords(at, 'Europe/Berlin')).toBe('Sun 29 Mar, 19:00 (Europe/Berlin)')
    expect(timeWords(at, 'Moon/Base')).toBe('Sun 29 Mar, 17:00 (UTC)')
  })

  it('is told in full to somebody who may not know of the class', () => {
    expect(fullTimeWords(at, 'America/New_York')).toBe('Sunday, 29 March 2026 at 13:00 (America/New York)')
    expect(fullTimeWords(at, 'Moon/Base')).toBe('Sunday, 29 March 2026 at 17:00 (UTC)')
  })
})
