import { describe, expect, it } from 'vitest'
import { draftRules, newDraft } from './draft.ts'
import type { Draft } from './draft.ts'
import { ruleOf } from './repeat.ts'

const now = new Date(2026, 10, 24, 12, 10).getTime()
const good = { ...newDraft(now), title: 'Read a balance sheet', description: 'What the lines mean.' }
const read = (given: Partial<Draft>, was?: string) =>
  draftRules(() => now, was).safeParse({ ...good, ...given })
const faults = (given: Partial<Draft>) => {
  const result = read(given)
  return result.success ? [] : result.error.issues.map((issue) => issue.path[0])
}

describe('the form of a session', () => {
  it('starts with an hour, tomorrow at a full hour, and is free', () => {
    expect(read({})).toEqual({
      success: true,
      data: {
        title: 'Read a balance sheet',
        description: 'What the lines mean.',
        startsAt: new Date(2026, 10, 25, 13, 0).toISOString(),
        durationMinutes: 60,
        capacity: 12,
        staged: false,
        pricePaise: 0,
        bookingClosesMinutes: 0,
        minLearners: 0,
        refund: { fullHours: 24, halfHours: 2 },
        skills: [],
      },
    })
  })
  it('takes a price in rupees', () => {
    expect(read({ free: false, pricePaise: '499.50' })).toMatchObject({ data: { pricePaise: 49950 } })
  })
  it('says that a price has too many decimals', () => {
    const result = read({ free: false, pricePaise: '499.505' })
    expect(result.success ? '' : result.error.issues[0]?.message).toBe('At most two decimals.')
  })
  it('names every field at fault', () => {
    expect(faults({ title: ' a ' })).toEqual(['title'])
    expect(faults({ description: '  ' })).toEqual(['description'])
    expect(faults({ startsAt: '' })).toEqual(['startsAt'])
    expect(faults({ startsAt: '2026-11-24T11:00' })).toEqual(['startsAt'])
    expect(faults({ durationMinutes: '4', capacity: '301', staged: true })).toEqual([
      'durationMinutes',
      'capacity',
    ])
    for (const pricePaise of ['', '0', '0.5', '100001', 'a lot'])
      expect(faults({ free: false, pricePaise })).toEqual(['pricePaise'])
  })
  it('wants a stage for more seats than everybody can speak in', () => {
    expect(faults({ capacity: '51' })).toEqual(['staged'])
    expect(faults({ capacity: '51', staged: true })).toEqual([])
    expect(faults({ capacity: '50' })).toEqual([])
  })
  it('needs no more learners than it has seats, and gives half back no longer than all', () => {
    expect(faults({ minLearners: '13' })).toEqual(['minLearners'])
    expect(faults({ minLearners: '12' })).toEqual([])
    expect(faults({ refund: { fullHours: '2', halfHours: '24' } })).toEqual(['refund'])
  })
  it('repeats on the day that it starts, until a day or so many times', () => {
    const repeat = { ...newDraft(now).repeat, on: true }
    expect(ruleOf(repeat, '2026-11-25T18:30')).toEqual({
      from: '2026-11-25',
      time: '18:30',
      weekdays: [3],
      everyWeeks: 1,
      count: 8,
    })
    expect(faults({ repeat: { ...repeat, count: '61' } })).toEqual(['repeat'])
    expect(faults({ repeat: { ...repeat, weekdays: [] } })).toEqual(['repeat'])
    expect(faults({ repeat: { ...repeat, ends: 'until', until: '' } })).toEqual(['repeat'])
    expect(faults({ repeat: { ...repeat, ends: 'until', until: '2026-12-25' } })).toEqual([])
  })
  it('lets an edited session keep a start that has just gone by', () => {
    const was = new Date(2026, 10, 24, 12, 0, 30).toISOString()
    expect(read({ startsAt: '2026-11-24T12:00' }, was)).toMatchObject({ data: { startsAt: was } })
  })
})
