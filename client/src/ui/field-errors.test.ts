import { expect, it } from 'vitest'
import { detailErrors, issueErrors } from './field-errors.ts'

it('says one thing a field, the first', () => {
  const errors = issueErrors([
    { path: ['email'], message: 'Write an e-mail address.' },
    { path: ['email'], message: 'Too long.' },
    { path: ['skills', 2], message: 'Too long.' },
    { path: [], message: 'Passwords differ.' },
  ])
  expect(errors).toEqual({ email: 'Write an e-mail address.', skills: 'Too long.', '': 'Passwords differ.' })
})

it('finds the fields that a refusal names', () => {
  const refusal = Object.assign(new Error('No.'), { details: { 'skills.2': 'Too long.', name: 'Missing.' } })
  expect(detailErrors(refusal)).toEqual({ skills: 'Too long.', name: 'Missing.' })
})

it('finds none in any other failure', () => {
  for (const other of [new Error('No.'), 'No.', null, { details: null }])
    expect(detailErrors(other)).toEqual({})
})
