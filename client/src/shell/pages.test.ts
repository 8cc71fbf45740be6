import { describe, expect, it } from 'vitest'
import type { Role } from '@peerlearn/contract/base'
import { pageAt, refusalAt, titleOf } from './pages.ts'

const somebody = (roles: Role[] = [], verified = true) => ({
  name: 'Asha',
  image: null,
  roles: ['learner' as const, ...roles],
  verified,
})

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
    expect(refusalAt(pageAt('/sessions'), undefined)).toBeUndefined()
    for (const path of ['/profile', '/bookings', '/teach', '/admin', '/sessions/1/room'])
      expect(refusalAt(pageAt(path), undefined)).toBe('signed-out')
  })

  it('opens a page to its role alone', () => {
    expect(refusalAt(pageAt('/teach'), somebody(['mentor']))).toBeUndefined()
    expect(refusalAt(pageAt('/teach'), somebody())).toBe('forbidden')
    expect(refusalAt(pageAt('/admin'), somebody(['mentor']))).toBe('forbidden')
    expect(refusalAt(pageAt('/admin'), somebody(['owner']))).toBeUndefined()
    expect(refusalAt(pageAt('/profile'), somebody(['admin']))).toBeUndefined()
  })

  it('lets a mentor see what they booked with others', () => {
    expect(refusalAt(pageAt('/bookings'), somebody(['mentor']))).toBeUndefined()
  })

  it('asks for a proved email where the server does', () => {
    expect(refusalAt(pageAt('/bookings'), somebody([], false))).toBe('email-unverified')
    expect(refusalAt(pageAt('/profile'), somebody([], false))).toBeUndefined()
  })
})
