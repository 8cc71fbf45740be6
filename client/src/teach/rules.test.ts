import { expect, it } from 'vitest'
import { closings, hoursBefore } from './rules.ts'

const labels = (options: { label: string }[]) => options.map(({ label }) => label)

it('says in the largest whole unit when booking closes, and how long money comes back', () => {
  expect(labels(closings('0'))).toEqual([
    'When it ends',
    '15 minutes before',
    '1 hour before',
    '3 hours before',
    '12 hours before',
    '1 day before',
    '2 days before',
    '1 week before',
  ])
  expect(labels(hoursBefore('24'))).toContain('3 days before')
})

it('offers what a session has already, too', () => {
  expect(closings('45').at(-1)).toEqual({ value: '45', label: '45 minutes before' })
  expect(hoursBefore('36').at(-1)).toEqual({ value: '36', label: '36 hours before' })
})
