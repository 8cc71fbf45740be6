import { expect, test } from 'vitest'
import { lineFor } from './moving.ts'

const line = (id: string) => ({ id, media: { recv: { transport: { id } } } })
const now = line('now')
const next = line('next')

test('a consumer goes to the line whose transport it came over', () => {
  expect(lineFor([now, next], 'now')).toBe(now)
  expect(lineFor([now, next], 'next')).toBe(next)
})

test('a late one of a line that was left is let go, and takes the place of none', () => {
  expect(lineFor([next], 'now')).toBeUndefined()
})

test('one that names no transport goes to the newest line', () => {
  expect(lineFor([now, next], undefined)).toBe(next)
  expect(lineFor([], undefined)).toBeUndefined()
})
