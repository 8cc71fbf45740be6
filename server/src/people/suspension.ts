/** Suspending an account and lifting that again. Nobody suspends themselves, or an owner; an admin is an owner's to suspend. */
import { AppError } from '@peerlearn/contract/errors'
import type { Member } from '@peerlearn/contract/people'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import { endLogins, tellEnded } from '../auth/logins.ts'
import { getMember, lockMember } from './queries.ts'
import { loseMedia, type StandingDeps } from './standing.ts'

interface Order {
  id: string
  actorId: string
  byOwner: boolean
}

/**
 * Ends the account's logins: its sockets and media close on every server, at once. Signing in gives a pass to the
 * person's own data from then on (auth/suspended-pass.ts). What a mentor had planned is cancelled,
 * with refunds, by a job. Repeating it is harmless. @throws AppError `not-found`, `forbidden`
 */
export async function suspend(
  deps: StandingDeps,
  { id, actorId, byOwner }: Order,
  reason: string,
): Promise<Member> {
  if (id === actorId) throw new AppError('forbidden', 'You can’t suspend yourself.')
  const ended = await deps.db.transaction().execute(async (trx) => {
    const member = await lockMember(trx, id)
    if (member.roles.includes('owner')) throw new AppError('forbidden', 'An owner can’t be suspended.')
    if (member.roles.includes('admin') && !byOwner) throw ownersTask()
    if (member.suspendedAt) return undefined
    await trx
      .updateTable('account')
      .set({ suspended_at: sql`now()`, suspended_because: reason })
      .where('id', '=', id)
      .execute()
    const ended = await endLogins(trx, { accountId: id })
    if (member.roles.includes('mentor')) await deps.jobs.send(trx, 'people.stop-teaching', { accountId: id })
    await audit(trx, { actorId, action: 'account.suspended', subject: `account:${id}` })
    return ended
  })
  if (ended) await tellSuspended(deps, id, ended, reason)
  return getMember(deps.db, id)
}

async function tellSuspended(deps: StandingDeps, id: string, ended: string[], reason: string): Promise<void> {
  tellEnded(deps.bus, ended)
  await loseMedia(deps, id)
  await deps.notify([id], {
    kind: 'account',
    title: 'Your account is suspended',
    message: `You can’t use it for now. The reason: “${reason}” Answer this mail if you think that this is a mistake. Signing in still lets you take your data with you, or have it erased.`,
    link: '/login',
  })
}

const ownersTask = () => new AppError('forbidden', 'Only an owner can suspend an admin, or lift that again.')

/** What was cancelled stays so. Repeating it is harmless. @throws AppError `not-found`, `forbidden` */
export async function lift({ db, notify }: StandingDeps, { id, actorId, byOwner }: Order): Promise<Member> {
  const lifted = await db.transaction().execute(async (trx) => {
    const { suspendedAt, roles } = await lockMember(trx, id)
    if (roles.includes('admin') && !byOwner) throw ownersTask()
    if (!suspendedAt) return false
    await trx
      .updateTable('account')
      .set({ suspended_at: null, suspended_because: null })
      .where('id', '=', id)
      .execute()
    await audit(trx, { actorId, action: 'account.suspension-lifted', subject: `account:${id}` })
    return true
  })
  if (lifted)
    await notify([id], {
      kind: 'account',
      title: 'Your account is open again',
      message: 'The suspension was lifted. You can sign in as before.',
      link: '/login',
    })
  return getMember(db, id)
}
