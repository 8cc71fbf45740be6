/** What the person in front of the list may do about an account; the server has the last word. */
import type { Role } from '@peerlearn/contract/base'
import type { Member } from '@peerlearn/contract/people'
import type { Question } from '../ui/confirm.svelte.ts'

type Granted = Exclude<Role, 'learner'>

export type Action = { label: string } & (
  | { does: 'suspend' }
  | { does: 'lift'; done: string; ask?: Question }
  | { does: 'grant' | 'revoke'; role: Granted; done: string; ask: Question }
)

interface Actor {
  id: string
  roles: readonly Role[]
}

export function actionsFor(member: Member, actor: Actor | null): Action[] {
  if (!actor) return []
  const owns = actor.roles.includes('owner')
  const has = (role: Role) => member.roles.includes(role)
  const shut = member.suspendedAt !== null
  return [
    ...(owns && !shut && member.verified
      ? givable.filter((role) => !has(role)).map((role) => grant(member, role))
      : []),
    ...givable.filter((role) => has(role) && (owns || role === 'mentor')).map((role) => revoke(member, role)),
    ...(shut && (owns || !has('admin')) ? [lift(member)] : []),
    ...(!shut && !has('owner') && (owns || !has('admin')) && member.id !== actor.id
      ? [{ label: 'Suspend…', does: 'suspend' as const }]
      : []),
  ]
}

const givable: Granted[] = ['mentor', 'admin', 'owner']

const means: Record<Granted, string> = {
  mentor: 'publish sessions and teach',
  admin: 'decide about applications, suspend people and see all figures',
  owner: 'do everything here, giving and taking roles too',
}

const grant = ({ name }: Member, role: Granted): Action => ({
  does: 'grant',
  role,
  label: `Make ${role}…`,
  done: `${name} is ${role} now.`,
  ask: {
    title: `Make ${name} ${role}?`,
    text: `They can then ${means[role]}. They are told.`,
    action: `Make ${role}`,
    keep: 'Not now',
  },
})

const revoke = ({ name }: Member, role: Granted): Action => ({
  does: 'revoke',
  role,
  label: `Take ${role} role…`,
  done: `${name} is ${role} no longer.`,
  ask: {
    title: `Take the ${role} role from ${name}?`,
    text:
      role === 'mentor'
        ? 'They are signed out, their class ends and their coming sessions are cancelled; what was paid for them goes back. They are told.'
        : `They can no longer ${means[role]}, and are signed out. They are told.`,
    action: `Take ${role} role`,
    danger: true,
  },
})

const lift = ({ name }: Member): Action => ({
  does: 'lift',
  label: 'Lift suspension…',
  done: `${name} can sign in again.`,
  ask: {
    title: `Lift the suspension of ${name}?`,
    text: 'They can sign in again, and are told. What was cancelled stays cancelled.',
    action: 'Lift suspension',
    keep: 'Not now',
  },
})
