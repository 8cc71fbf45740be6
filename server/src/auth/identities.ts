/** Accounts at other providers that open an account here: the first visit, linking, unlinking. */
import { AppError } from '@peerlearn/contract/errors'
import { email as emailShape } from '@peerlearn/contract/users'
import { audit } from '../audit/audit.ts'
import { newId, violates, type Db, type DbOrTrx } from '../db.ts'
import { insertAccount } from '../users/queries.ts'
import type { Visitor } from './providers.ts'
import { findFactors, lockAccount, requireWayIn } from './second-factors.ts'

/** Whose account here a visitor of a provider opens. */
export type Arrival =
  | { kind: 'account'; accountId: string; isNew: boolean }
  /** Somebody here has this address: they must sign in themselves before the two are linked. */
  | { kind: 'owner-first'; accountId: string; email: string }

/**
 * Finds the linked account; without one, makes one when the provider says that the address is proved and nobody here has it.
 * @throws AppError `provider-refused` without a proved address
 */
export async function arrive(db: Db, visitor: Visitor, label: string): Promise<Arrival> {
  const linked = await findIdentity(db, visitor)
  if (linked) return { kind: 'account', accountId: linked, isNew: false }
  const email = emailShape.safeParse(visitor.email)
  if (!email.success || !visitor.emailVerified)
    throw new AppError(
      'provider-refused',
      `${label} does not confirm your address. Confirm it there, or create an account with a password here.`,
    )
  const owner = await findOwner(db, email.data)
  if (owner) return { kind: 'owner-first', accountId: owner, email: email.data }
  try {
    return { kind: 'account', accountId: await makeAccount(db, visitor, email.data), isNew: true }
  } catch (error) {
    const other = violates(error, 'account_email') ? await findOwner(db, email.data) : undefined
    if (!other) throw error
    return { kind: 'owner-first', accountId: other, email: email.data }
  }
}

const findOwner = async (db: DbOrTrx, email: string) =>
  (await db.selectFrom('account').select('id').where('email', '=', email).executeTakeFirst())?.id

const findIdentity = async (db: DbOrTrx, { issuer, subject }: Pick<Visitor, 'issuer' | 'subject'>) =>
  (
    await db
      .selectFrom('oidc_identity')
      .select('account_id')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
  )?.account_id

function makeAccount(db: Db, visitor: Visitor, email: string): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const user = await insertAccount(trx, {
      id: newId(),
      email,
      name: nameOf(visitor, email),
      password_hash: null,
      email_verified_at: new Date(),
    })
    await linkIdentity(trx, user.id, { ...visitor, email })
    return user.id
  })
}

/** What the provider calls them, else what stands before the @; both can be changed. */
function nameOf({ name }: Visitor, email: string): string {
  // eslint-disable-next-line no-control-regex -- what a name here may not hold
  const clean = (name ?? '').replace(/[\u0000-\u001f\u007f]/g, ' ').trim()
  return (clean || email.split('@')[0]!).slice(0, 80)
}

/** @throws AppError `linked-elsewhere` when it opens another account here already */
export async function linkIdentity(
  trx: DbOrTrx,
  accountId: string,
  { issuer, subject, email }: { issuer: string; subject: string; email: string },
): Promise<void> {
  await trx
    .insertInto('oidc_identity')
    .values({ issuer, subject, account_id: accountId, email })
    .onConflict((already) => already.columns(['issuer', 'subject']).doNothing())
    .execute()
  if ((await findIdentity(trx, { issuer, subject })) !== accountId)
    throw new AppError('linked-elsewhere', 'That account opens another account here. Unlink it there first.')
  await audit(trx, {
    actorId: accountId,
    action: 'identity.linked',
    subject: `account:${accountId}`,
    data: { issuer },
  })
}

/** @throws AppError `not-found`, `last-way-in` */
export async function unlinkIdentity(trx: DbOrTrx, accountId: string, issuer: string): Promise<void> {
  const account = await lockAccount(trx, accountId)
  const { numDeletedRows } = await trx
    .deleteFrom('oidc_identity')
    .where('account_id', '=', accountId)
    .where('issuer', '=', issuer)
    .executeTakeFirst()
  if (numDeletedRows === 0n) throw new AppError('not-found', 'This is not linked.')
  const { passkeys } = await findFactors(trx, accountId)
  await requireWayIn(trx, {
    accountId,
    hasPassword: account.password_hash !== null,
    passkeys: passkeys.length,
  })
  await audit(trx, {
    actorId: accountId,
    action: 'identity.unlinked',
    subject: `account:${accountId}`,
    data: { issuer },
  })
}

/** The linked address at each issuer. */
export async function findIdentities(db: DbOrTrx, accountId: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('oidc_identity')
    .select(['issuer', 'email'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute()
  return new Map(rows.map(({ issuer, email }) => [issuer, email]))
}
