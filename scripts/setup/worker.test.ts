import { expect, test } from 'vitest'
import { progressIn } from './worker.mjs'

test('the worker’s build says how far it is', () => {
  expect(progressIn('== building libsrtp\n')).toBe('building libsrtp')
  expect(progressIn('[3/212] Compiling a.cpp\n[4/212] Compiling b.cpp\n[5/2')).toBe('4 of 212 files')
  expect(progressIn('warning: unused variable\n')).toBeUndefined()
})
