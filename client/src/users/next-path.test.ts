import { describe, expect, it } from 'vitest'
import { nextPath, signInPath } from './next-path.ts'

const origin = 'https://learn.example'
const next = (value: string) => nextPath(`?next=${encodeURIComponent(value)}`, origin)

describe('where a sign-in leads back to', () => {
  it('is the page that asked for it, with its query', () => {
    expect(next('/sessions/1?pay#top')).toBe('/sessions/1?pay#top')
    expect(nextPath(new URL(signInPath('/bookings'), origin).search, origin)).toBe('/bookings')
  })
  it('is never another site', () => {
    for (const value of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      'sessions',
    ])
      expect(next(value)).toBeUndefined()
  })
  it('is not the sign-in itself, and nothing when nothing was asked', () => {
    expect(next('/login?next=/login')).toBeUndefined()
    expect(nextPath('', origin)).toBeUndefined()
  })
})
