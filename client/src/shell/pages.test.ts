import { describe, expect, it } from 'vitest'
import { mayEnter, pageAt, titleOf } from './pages.ts'

describe('the page at a path', () => {
  it('is found with and without parameters', () => {
    expect(titleOf(pageAt('/sessions'))).toBe('Sessions · PeerLearn')
    expect(pageAt('/sessions/0190-a/room').bare).toBe(true)
    expect(pageAt('/sessions/0190-a/').title).toBe('Session')
    expect(titleOf(pageAt('/'))).toBe('PeerLearn')
  })

  it('is an open "not found" for every other path', () => {
    for (const path of ['/layout', '/sessions/1/room/2', '/nowhere'])
      expect(titleOf(pageAt(path))).toBe('Page not found · PeerLearn')
  })
})

describe('who may enter', () => {
  it('lets strangers read the catalogue and keeps them out of the rest', () => {
    expect(mayEnter(pageAt('/sessions'), undefined)).toBe(true)
    for (const path of ['/profile', '/bookings', '/teach', '/admin', '/sessions/1/room'])
      expect(mayEnter(pageAt(path), undefined)).toBe(false)
  })

  it('opens a page to its role alone', () => {
    expect(mayEnter(pageAt('/teach'), 'mentor')).toBe(true)
    expect(mayEnter(pageAt('/teach'), 'learner')).toBe(false)
    expect(mayEnter(pageAt('/admin'), 'mentor')).toBe(false)
    expect(mayEnter(pageAt('/profile'), 'admin')).toBe(true)
  })
})
