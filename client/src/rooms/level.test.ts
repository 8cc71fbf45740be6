import { expect, it } from 'vitest'
import { loudness } from './level.ts'

const tone = (amplitude: number) => Array.from({ length: 512 }, (_, i) => amplitude * Math.sin(i / 3))

it('shows nothing in silence, a full bar for a shout, and speech in between', () => {
  expect(loudness(tone(0))).toBe(0)
  expect(loudness(tone(0.9))).toBe(1)
  const speech = loudness(tone(0.05))
  expect(speech).toBeGreaterThan(0.3)
  expect(speech).toBeLessThan(0.9)
})
