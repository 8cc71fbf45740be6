/**
 * Who may do what: the one table behind every route and every message. What belongs to one person (a session's own
 * mentor, a booking's own buyer, a seat in a room) is decided by the feature, after this.
 */
import type { Role } from './base.ts'
import type { ErrorCode } from './errors.ts'

/** What is known of somebody who is signed in. */
export interface Standing {
  roles: readonly Role[]
  /** They have proved that the email is theirs. */
  verified: boolean
  /** When this login last proved a second factor. */
  secondFactorAt: Date | null
}

export interface Rule {
  /** false: nobody needs to be signed in, or the request proves itself. */
  login: boolean
  /** One of these is needed. */
  roles?: readonly Role[]
  verified?: true
  /** Proved in this login: ever, or in the last so many minutes. */
  secondFactor?: 'ever' | { minutes: number }
  /** Somebody suspended may, too, with the pass that their sign-in gives. It opens nothing else. */
  suspended?: true
  /** The request proves itself by its cookie or its signature, and a bearer token says nothing. */
  provesItself?: true
}

const admins = ['admin', 'owner'] as const

export const policy = {
  anyone: { login: false },
  'refresh-cookie': { login: false, provesItself: true },
  signature: { login: false, provesItself: true },
  'signed-in': { login: true },
  'own-data': { login: true, suspended: true },
  learner: { login: true, verified: true },
  mentor: { login: true, roles: ['mentor'], verified: true },
  admin: { login: true, roles: admins, verified: true, secondFactor: 'ever' },
  owner: { login: true, roles: ['owner'], verified: true, secondFactor: 'ever' },
  refund: { login: true, roles: admins, verified: true, secondFactor: { minutes: 15 } },
  // Of messages; the room itself asks for more, see contract/rooms.ts.
  booked: { login: true },
  'in-room': { login: true },
  'room-mentor': { login: true },
} as const satisfies Record<string, Rule>

export type PolicyName = keyof typeof policy

/** Why this person may not do it; undefined when they may. What nobody can mend is told first. */
export function refusalOf(name: PolicyName, who: Standing | undefined, now: Date): ErrorCode | undefined {
  const rule: Rule = policy[name]
  if (!rule.login) return undefined
  if (!who) return 'signed-out'
  if (rule.roles && !rule.roles.some((role) => who.roles.includes(role))) return 'forbidden'
  if (rule.verified && !who.verified) return 'email-unverified'
  return isProved(rule.secondFactor, who.secondFactorAt, now) ? undefined : 'second-factor-needed'
}

function isProved(needed: Rule['secondFactor'], at: Date | null, now: Date): boolean {
  if (!needed) return true
  if (!at) return false
  return needed === 'ever' || now.getTime() - at.getTime() < needed.minutes * 60_000
}

/** The roles that a rule asks for, in words: "an admin or an owner". */
export function wordsOfRoles(name: PolicyName): string {
  const { roles = [] }: Rule = policy[name]
  return roles.map((role) => namedRole[role]).join(' or ')
}

export const namedRole: Record<Role, string> = {
  learner: 'a learner',
  mentor: 'a mentor',
  admin: 'an admin',
  owner: 'an owner',
}
