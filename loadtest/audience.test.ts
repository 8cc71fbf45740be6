/** A load test fails when somebody got nothing: that must be somebody to whom anything was sent. */
import { expect, it } from 'vitest'
import { audienceOf } from './audience.ts'

const company = { mentor: 'mentor', others: ['asha', 'bala'] }

it('expects nothing for the only sender', () => {
  expect(audienceOf({ ...company, senders: 1 })).toEqual(['asha', 'bala'])
})

it('expects something for everybody where two or more send, and for nobody where nobody does', () => {
  expect(audienceOf({ ...company, senders: 2 })).toEqual(['mentor', 'asha', 'bala'])
  expect(audienceOf({ ...company, senders: 0 })).toEqual([])
})
