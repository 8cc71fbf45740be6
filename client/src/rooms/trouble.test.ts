import { describe, expect, it } from 'vitest'
import { troubleOf } from './trouble.ts'

describe('what a person reads about the connection', () => {
  it('is nothing while all is well', () => {
    expect(troubleOf('connected', 'open', true)).toBeNull()
    expect(troubleOf('idle', 'open', true)).toBeNull()
  })

  it('dims the pictures only when they stand still', () => {
    expect(troubleOf('reconnecting', 'open', true)?.dim).toBe(true)
    expect(troubleOf('connected', 'waiting', true)?.dim).toBe(false)
  })

  it('promises no pictures to somebody who is alone without devices', () => {
    expect(troubleOf('idle', 'waiting', true)?.words).not.toContain('Pictures')
  })

  it('names being offline, and otherwise says that it is being mended', () => {
    expect(troubleOf('reconnecting', 'waiting', false)?.words).toContain('offline')
    expect(troubleOf('reconnecting', 'waiting', true)?.words).toContain('Reconnecting')
  })
})
