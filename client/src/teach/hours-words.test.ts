import type { Availability } from '@peerlearn/contract/availability'
import { expect, it } from 'vitest'
import { outsideWords } from './hours-words.ts'

const set: Availability = {
  timeZone: 'Asia/Kolkata',
  hours: [
    { weekday: 1, fromMinute: 540, toMinute: 720 },
    { weekday: 3, fromMinute: 540, toMinute: 720 },
    { weekday: 6, fromMinute: 1200, toMinute: 1440 },
  ],
  exceptions: [
    { day: '2026-11-24', ranges: [] },
    { day: '2026-11-25', ranges: [{ fromMinute: 600, toMinute: 660 }] },
  ],
}
const at = (day: string) => Date.parse(`${day}T20:00:00+05:30`)

it('names the hours that a session lies outside of, on the mentor’s own clock', () => {
  const words =
    'By the hours that you set you teach Mon, Wed 09:00–12:00; Sat 20:00–24:00 (the time in Asia/Kolkata).'
  expect(outsideWords(set, at('2026-11-26'))).toBe(words)
  expect(outsideWords(set, at('2026-11-24'))).toBe(`${words} Tue 24 differs: you teach not at all.`)
  expect(outsideWords(set, at('2026-11-25'))).toBe(`${words} Wed 25 differs: you teach 10:00–11:00.`)
  expect(outsideWords({ ...set, hours: [] }, at('2026-11-24'))).toContain('you teach at any time')
})
