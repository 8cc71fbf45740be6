import { describe, expect, it } from 'vitest'
import { troubleOf } from './trouble.ts'

describe('what a person reads about the connection', () => {
  it('is nothing while all is well', () => {
    expect(troubleOf('connected', 'open', true)).toBeNull()
  })

  it('dims the pictures only when they stand still', () => {
    expect(troubleOf('reconnecting', 'open', true)?.dim).toBe(true)
    expect(troubleOf('connected', 'waiting', true)?.dim).toBe(false)
  })

  it('names being offline, and otherwise says that it is being mended', () => {
    expect(troubleOf('reconnecting', 'waiting', false)?.words).toContain('offline')
    expect(troubleOf('reconnecting', 'waiting', true)?.words).toContain('Reconnecting')
  })
})
