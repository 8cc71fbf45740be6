import { describe, expect, it } from 'vitest'
import { availabilityOf, draftOf, faultOf } from './hours.ts'

describe('the form of teaching hours', () => {
  it('gives back what it was given', () => {
    const set = {
      timeZone: 'Asia/Kolkata',
      hours: [
        { weekday: 1, fromMinute: 570, toMinute: 720 },
        { weekday: 7, fromMinute: 1320, toMinute: 1440 },
      ],
      exceptions: [{ day: '2026-12-25', ranges: [] }],
    }
    expect(availabilityOf(draftOf(set))).toEqual(set)
  })
  it('says what is wrong with a day', () => {
    expect(faultOf([{ from: '09:00', to: '00:00' }])).toBeUndefined()
    expect(faultOf([{ from: '09:00', to: '' }])).toBe('Choose a time for each end.')
    expect(faultOf([{ from: '10:00', to: '09:00' }])).toBe('The end must be after the start.')
    expect(
      faultOf([
        { from: '11:00', to: '13:00' },
        { from: '09:00', to: '12:00' },
      ]),
    ).toBe('These times overlap.')
  })
})
