/** What a person is, in words. */
import type { Role } from '@peerlearn/contract/base'
import { namedRole } from '@peerlearn/contract/policy'

/** What somebody is beside being a learner, who everybody is. */
export const beyondLearner = (roles: readonly Role[]): Role[] => roles.filter((role) => role !== 'learner')

/** "a mentor and an admin" */
export function wordsOf(roles: readonly Role[]): string {
  const more = beyondLearner(roles)
  return (more.length ? more : (['learner'] as const)).map((role) => namedRole[role]).join(' and ')
}

/** "Mentor, admin" */
export function titleOf(roles: readonly Role[]): string {
  const more = beyondLearner(roles)
  const words = (more.length ? more : ['learner']).join(', ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
