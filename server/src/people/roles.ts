/** Giving and taking roles. An admin may take `mentor`; everything else is an owner's. */
import { AppError } from '@peerlearn/contract/errors'
import type { Member, peopleRoutes } from '@peerlearn/contract/people'
import { namedRole } from '@peerlearn/contract/policy'
import type { BodyOf } from '@peerlearn/contract/route'
import { audit } from '../audit/audit.ts'
import { endLogins, tellEnded } from '../auth/logins.ts'
import { loseMedia, type StandingDeps } from './standing.ts'
import { lockMember, requireOtherOwner, setRoles } from './queries.ts'

/** Giving it again is harmless. @throws AppError `not-found`, `email-unverified`, `suspended` */
export async function grant(
  { db, notify }: StandingDeps,
  { id, actorId }: { id: string; actorId: string },
  { role }: BodyOf<typeof peopleRoutes.grant>,
): Promise<Member> {
  const { before, after } = await db.transaction().execute(async (trx) => {
    const before = await lockMember(trx, id)
    if (before.roles.includes(role)) return { before, after: before }
    if (!before.verified) throw new AppError('email-unverified', 'Their email is not proved yet.')
    if (before.suspendedAt) throw new AppError('suspended', 'Their account is suspended. Lift that first.')
    const after = await setRoles(trx, before, [...before.roles, role])
    await audit(trx, { actorId, action: 'role.granted', subject: `account:${id}`, data: { role } })
    return { before, after }
  })
  if (before !== after)
    await notify([id], {
      kind: 'account',
      title: `You are ${namedRole[role]} now`,
      message:
        role === 'mentor'
          ? 'You can publish sessions and teach them.'
          : 'You can look after the place. A second factor is needed for that: set one up on your security page.',
      link: role === 'mentor' ? '/teach' : '/admin',
    })
  return after
}

/**
 * Ends the account's logins, so that no page and no socket goes on with what it could do before; who no longer teaches
 * has their sessions cancelled. Taking it again is harmless. @throws AppError `not-found`, `forbidden`, `last-owner`
 */
export async function revoke(
  deps: StandingDeps,
  { id, actorId, byOwner }: { id: string; actorId: string; byOwner: boolean },
  { role, reason }: BodyOf<typeof peopleRoutes.revoke>,
): Promise<Member> {
  if (role !== 'mentor' && !byOwner) throw new AppError('forbidden', `Only an owner can take this role.`)
  const { member, ended } = await deps.db.transaction().execute(async (trx) => {
    if (role === 'owner') await requireOtherOwner(trx, id)
    const before = await lockMember(trx, id)
    if (!before.roles.includes(role)) return { member: before }
    const member = await setRoles(
      trx,
      before,
      before.roles.filter((one) => one !== role),
    )
    const ended = await endLogins(trx, { accountId: id })
    if (role === 'mentor') await deps.jobs.send(trx, 'people.stop-teaching', { accountId: id })
    await audit(trx, { actorId, action: 'role.revoked', subject: `account:${id}`, data: { role } })
    return { member, ended }
  })
  if (!ended) return member
  tellEnded(deps.bus, ended)
  await loseMedia(deps, id)
  await deps.notify([id], {
    kind: 'account',
    title: `You are no longer ${namedRole[role]}`,
    message: `${reason ? `The reason: “${reason}” ` : ''}You were signed out everywhere; sign in again to go on.`,
    ...(role === 'mentor' && { link: '/become-a-mentor' }),
  })
  return member
}
