/** Accounts as those see them who look after the place. */
import type { Role } from '@peerlearn/contract/base'
import { AppError } from '@peerlearn/contract/errors'
import type { Member } from '@peerlearn/contract/people'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/** Has an authenticator app or a passkey. */
const secondFactor = sql<boolean>`(
  exists (select from totp where totp.account_id = account.id and totp.confirmed_at is not null)
  or exists (select from passkey where passkey.account_id = account.id))`

export const selectMembers = (db: DbOrTrx) =>
  db
    .selectFrom('account')
    .select(['id', 'name', 'email', 'roles', 'suspended_at', 'suspended_because', 'created_at'])
    .select((eb) => eb('email_verified_at', 'is not', null).$castTo<boolean>().as('verified'))
    .select(secondFactor.as('secondFactor'))
    .where('erased_at', 'is', null)

type MemberRow = Awaited<ReturnType<ReturnType<typeof selectMembers>['execute']>>[number]

export const toMember = ({ suspended_at, suspended_because, created_at, ...rest }: MemberRow): Member => ({
  ...rest,
  suspendedAt: suspended_at?.toISOString() ?? null,
  suspendedBecause: suspended_because,
  createdAt: created_at.toISOString(),
})

/** Until the transaction ends nobody else changes this account's roles or standing. @throws AppError `not-found` */
export async function lockMember(trx: DbOrTrx, id: string): Promise<Member> {
  const row = await selectMembers(trx).where('id', '=', id).forUpdate('account').executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such person.')
  return toMember(row)
}

/** @throws AppError `not-found` */
export async function getMember(db: DbOrTrx, id: string): Promise<Member> {
  const row = await selectMembers(db).where('id', '=', id).executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such person.')
  return toMember(row)
}

const order: readonly Role[] = ['learner', 'mentor', 'admin', 'owner']

/** Each once, in their order. @returns the member with them */
export async function setRoles(trx: DbOrTrx, member: Member, roles: Role[]): Promise<Member> {
  const sorted = order.filter((role) => roles.includes(role))
  await trx.updateTable('account').set({ roles: sorted }).where('id', '=', member.id).execute()
  return { ...member, roles: sorted }
}

/**
 * Locks all owners, so that two who take each other's role at once are one after the other.
 * @throws AppError `last-owner` when nobody but this account owns the place
 */
export async function requireOtherOwner(trx: DbOrTrx, accountId: string): Promise<void> {
  const owners = await trx
    .selectFrom('account')
    .select('id')
    .where(sql<boolean>`'owner' = any (roles)`)
    .where('erased_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  if (!owners.some(({ id }) => id !== accountId))
    throw new AppError('last-owner', 'Somebody must own this place: make another person an owner first.')
}
