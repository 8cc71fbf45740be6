import { describe, expect, it } from 'vitest'
import { faultOf } from './devices.ts'
import { presenceOf, verdictOf, waitOf } from './green-words.ts'

const fault = (device: 'microphone' | 'camera') => faultOf(new DOMException('', 'NotAllowedError'), device)
const now = new Date(2026, 10, 24, 17, 48).getTime()
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString()

describe('the green room', () => {
  it('says in one line how I will be in the class', () => {
    const on = { microphoneOn: true, cameraOn: true, faults: {} }
    expect(verdictOf(on)).toMatchObject({
      good: true,
      text: expect.stringContaining('seen and heard') as string,
    })
    expect(verdictOf({ ...on, cameraOn: false }).text).toContain('camera is off')
    expect(verdictOf({ ...on, microphoneOn: false, faults: { microphone: fault('microphone') } }).good).toBe(
      false,
    )
    const neither = { microphone: fault('microphone'), camera: fault('camera') }
    expect(verdictOf({ microphoneOn: false, cameraOn: false, faults: neither }).text).toContain(
      'listen and watch',
    )
  })

  it('says when the room opens, and whom it waits for when it is late', () => {
    expect(waitOf(at(12), 'Asha', now)).toBe('Opens today, 18:00 (in 12 minutes), when Asha starts it.')
    expect(waitOf(at(-3), 'Asha', now)).toContain('as soon as Asha starts it')
  })

  it('says who is there', () => {
    expect(presenceOf(0, false, false)).toContain('not open')
    expect(presenceOf(1, true, false)).toBe('1 person is in the room.')
    expect(presenceOf(12, true, false)).toContain('12 people')
  })

  it('counts the others alone when I am there on another page', () => {
    expect(presenceOf(0, true, true)).toBe('Nobody else is in the room.')
    expect(presenceOf(2, true, true)).toBe('2 people are in the room besides you.')
  })
})
