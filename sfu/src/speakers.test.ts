import { describe, expect, it } from 'vitest'
import { sameSpeakers } from './speakers.ts'

const asha = { peerId: 'asha', volume: -30 }
const ravi = { peerId: 'ravi', volume: -40 }

describe('who speaks', () => {
  it('is told when someone begins, stops or becomes the loudest', () => {
    expect(sameSpeakers([], [asha])).toBe(false)
    expect(sameSpeakers([asha], [])).toBe(false)
    expect(sameSpeakers([asha, ravi], [ravi, asha])).toBe(false)
  })

  it('is not told again for a small change of loudness', () => {
    expect(sameSpeakers([asha], [{ ...asha, volume: -33 }])).toBe(true)
    expect(sameSpeakers([asha], [{ ...asha, volume: -50 }])).toBe(false)
    expect(sameSpeakers([], [])).toBe(true)
  })
})
