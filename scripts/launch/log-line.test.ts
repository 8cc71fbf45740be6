import { expect, test } from 'vitest'
import { shortForm } from './log-line.ts'

const line = (entry: object) => shortForm('server', JSON.stringify(entry))

test('information stays in the log file', () => {
  expect(line({ level: 30, msg: 'listening' })).toBeUndefined()
})

test('a warning is shown in a few words', () => {
  expect(line({ level: 40, time: 1, pid: 2, msg: 'slow query' })).toBe('server warning: slow query')
})

test('an error is shown with its reason', () => {
  expect(line({ level: 50, msg: 'request failed', err: { message: 'no such table', stack: '…' } })).toBe(
    'server error: request failed (no such table)',
  )
})

test('a crash, which is no JSON, is shown as it is', () => {
  expect(shortForm('sfu', 'Error: cannot start')).toBe('sfu: Error: cannot start')
  expect(shortForm('sfu', '{ broken')).toBe('sfu: { broken')
  expect(shortForm('sfu', '')).toBeUndefined()
})
