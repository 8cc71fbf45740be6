import { describe, expect, test } from 'vitest'
import type { Role } from './base.ts'
import { policy, refusalOf, type PolicyName, type Rule } from './policy.ts'

const now = new Date('2026-11-21T12:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const somebody = (roles: Role[], secondFactorAt: Date | null = null, verified = true) => ({
  roles: ['learner' as const, ...roles],
  verified,
  secondFactorAt,
})

/** Written out: whoever changes the table changes what these people can do, and sees it here. */
const table: Record<PolicyName, [learner: string, mentor: string, admin: string, owner: string]> = {
  anyone: ['yes', 'yes', 'yes', 'yes'],
  'refresh-cookie': ['yes', 'yes', 'yes', 'yes'],
  signature: ['yes', 'yes', 'yes', 'yes'],
  'signed-in': ['yes', 'yes', 'yes', 'yes'],
  'own-data': ['yes', 'yes', 'yes', 'yes'],
  learner: ['yes', 'yes', 'yes', 'yes'],
  mentor: ['forbidden', 'yes', 'forbidden', 'forbidden'],
  admin: ['forbidden', 'forbidden', 'yes', 'yes'],
  owner: ['forbidden', 'forbidden', 'forbidden', 'yes'],
  refund: ['forbidden', 'forbidden', 'yes', 'yes'],
  booked: ['yes', 'yes', 'yes', 'yes'],
  'in-room': ['yes', 'yes', 'yes', 'yes'],
  'room-mentor': ['yes', 'yes', 'yes', 'yes'],
}

describe('with a proved email and a second factor just now', () => {
  test.each(Object.entries(table))('%s', (name, expected) => {
    const roles: Role[][] = [[], ['mentor'], ['admin'], ['owner']]
    const found = roles.map(
      (of) => refusalOf(name as PolicyName, somebody(of, minutesAgo(1)), now) ?? 'yes', // a key of the table
    )
    expect(found).toEqual(expected)
  })

  test('the table above is whole', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(policy).sort())
  })
})

test('the pass of somebody suspended opens their own data, and nothing else', () => {
  const rules: [string, Rule][] = Object.entries(policy)
  expect(rules.filter(([, rule]) => rule.suspended).map(([name]) => name)).toEqual(['own-data'])
})

test('an admin’s power begins with a second factor in this login', () => {
  expect(refusalOf('admin', somebody(['admin']), now)).toBe('second-factor-needed')
  expect(refusalOf('admin', somebody(['admin'], minutesAgo(600)), now)).toBeUndefined()
})

test('money moves by hand within a quarter of an hour of one', () => {
  expect(refusalOf('refund', somebody(['admin'], minutesAgo(14)), now)).toBeUndefined()
  expect(refusalOf('refund', somebody(['admin'], minutesAgo(15)), now)).toBe('second-factor-needed')
})

test('nothing that a role opens is open before the email is proved', () => {
  for (const [name, rule] of Object.entries(policy))
    if ('roles' in rule)
      expect(refusalOf(name as PolicyName, somebody([...rule.roles], now, false), now)).toBe(
        'email-unverified',
      )
})

test('nobody at all is let in where a login is needed', () => {
  for (const [name, { login }] of Object.entries(policy))
    expect(refusalOf(name as PolicyName, undefined, now)).toBe(login ? 'signed-out' : undefined)
})
