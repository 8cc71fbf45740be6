import { describe, expect, it } from 'vitest'
import type { Role } from '@peerlearn/contract/base'
import type { Member } from '@peerlearn/contract/people'
import { actionsFor } from './actions.ts'

const member = (roles: Role[] = [], given: Partial<Member> = {}): Member => ({
  id: 'asha',
  name: 'Asha',
  email: 'asha@peerlearn.test',
  roles: ['learner', ...roles],
  verified: true,
  secondFactor: false,
  suspendedAt: null,
  suspendedBecause: null,
  createdAt: '2026-11-21T12:00:00Z',
  ...given,
})
const by = (...roles: Role[]) => ({ id: 'boss', roles })
const labels = (of: Member, actor: ReturnType<typeof by> | null) =>
  actionsFor(of, actor).map(({ label }) => label)

describe('what may be done about somebody', () => {
  it('is for an owner to give and take every role', () => {
    expect(labels(member(), by('owner'))).toEqual(['Make mentor…', 'Make admin…', 'Make owner…', 'Suspend…'])
    expect(labels(member(['admin', 'owner']), by('owner'))).toEqual([
      'Make mentor…',
      'Take admin role…',
      'Take owner role…',
    ])
  })

  it('is for an admin to take a mentor’s role and to suspend', () => {
    expect(labels(member(['mentor']), by('admin'))).toEqual(['Take mentor role…', 'Suspend…'])
    expect(labels(member(['owner']), by('admin'))).toEqual([])
    expect(labels(member(['admin']), by('admin'))).toEqual([])
    const shut = member(['admin'], { suspendedAt: '2026-11-21T12:00:00Z' })
    expect(labels(shut, by('admin'))).toEqual([])
    expect(labels(member(['admin']), by('owner'))).toContain('Suspend…')
  })

  it('leaves oneself alone', () => {
    expect(labels(member(['admin'], { id: 'boss' }), by('admin'))).toEqual([])
  })

  it('lifts a suspension, and gives no roles before', () => {
    const shut = member([], { suspendedAt: '2026-11-21T12:00:00Z' })
    expect(labels(shut, by('owner'))).toEqual(['Lift suspension…'])
  })

  it('gives no role to somebody whose email is not proved', () => {
    expect(labels(member([], { verified: false }), by('owner'))).toEqual(['Suspend…'])
  })
})
