/** Forgetting a person: what is theirs alone goes, what others or the law need stays without their name. */
import { randomUUID } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import { signedOut } from '../auth/access-tokens.ts'
import { guess } from '../auth/guesses.ts'
import { tellEnded } from '../auth/logins.ts'
import { passwordMatches } from '../auth/passwords.ts'
import { requireFresh } from '../auth/proofs.ts'
import { findFactors, hasFactor } from '../auth/second-factors.ts'
import type { Bus } from '../bus.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Limits } from '../rate-limit.ts'
import { personalTables } from './tables.ts'
import { forgetWords, gone } from './words.ts'

export interface EraseDeps {
  db: Db
  bus: Bus
  limits: Limits
}

/** `address` is the network address that they ask from. */
interface Proof {
  password: string | undefined
  address: string
}

/**
 * Erases the account of the caller, who proves once more who they are, and ends their logins and sockets.
 * @throws AppError `wrong-credentials`, `confirm-needed`, `erase-blocked` while a class, money or the product itself still
 *   needs them
 */
export async function erasePerson(deps: EraseDeps, who: Who, proof: Proof): Promise<void> {
  await requireProof(deps, who, proof)
  const ended = await deps.db.transaction().execute(async (trx) => {
    const { userId: id } = who
    const person = await lockPerson(trx, who)
    const reason = await findReason(trx, id)
    if (reason) throw new AppError('erase-blocked', reason)
    const logins = await trx.selectFrom('login').select('id').where('account_id', '=', id).execute()
    await forgetWords(trx, person)
    await leaveWaitlists(trx, id)
    for (const [table, { of, erase }] of Object.entries(personalTables))
      if (erase === 'delete') await sql`delete from ${sql.table(table)} as t where ${of(id)}`.execute(trx)
    await forgetAccount(trx, id)
    await audit(trx, { actorId: id, action: 'account.erased', subject: `account:${id}` })
    return logins.map((login) => login.id)
  })
  tellEnded(deps.bus, ended)
}

/** The password where there is one; a fresh proof where there is none, or a second factor. */
async function requireProof(
  { db, limits }: EraseDeps,
  who: Who,
  { password, address }: Proof,
): Promise<void> {
  const { password_hash: hash } = await db
    .selectFrom('account')
    .select('password_hash')
    .where('id', '=', who.userId)
    .executeTakeFirstOrThrow()
  if (hash === null || hasFactor(await findFactors(db, who.userId))) await requireFresh(db, who)
  if (hash === null) return
  await guess(limits, { key: `password:${who.userId}`, address }, async () => {
    if (!password || !(await passwordMatches(hash, password)))
      throw new AppError('wrong-credentials', 'This is not your password.', {
        password: 'Not your password.',
      })
  })
}

/**
 * Whoever adds a seat or a row of theirs waits for this lock. An owner's is taken with those of all owners, so that two who
 * leave at once are one after the other.
 */
async function lockPerson(trx: DbOrTrx, { userId, roles }: Who) {
  const isOwner = roles.includes('owner')
  const rows = await trx
    .selectFrom('account')
    .select(['id', 'name', 'email'])
    .where((eb) => eb.or([eb('id', '=', userId), sql<boolean>`(${isOwner} and 'owner' = any (roles))`]))
    .orderBy('id')
    .forUpdate()
    .execute()
  const person = rows.find(({ id }) => id === userId)
  if (!person) throw signedOut()
  if (isOwner && rows.length === 1)
    throw new AppError('erase-blocked', 'You are the only owner. Make somebody else an owner first.')
  return person
}

/** Why it can't be now, in words that tell the way on. */
async function findReason(trx: DbOrTrx, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ seats: number; teaches: number; money: number; packs: number }>`select
    (select count(*)::int from booking join session on session.id = booking.session_id
      where (learner_id = ${id} or buyer_id = ${id}) and seat is not null
        and session.status in ('scheduled', 'live')) as seats,
    (select count(*)::int from session where mentor_id = ${id} and status in ('scheduled', 'live')) as teaches,
    (select count(*)::int from payout where mentor_id = ${id} and status not in ('settled', 'void'))
      + (select count(*)::int from session where mentor_id = ${id} and status = 'ended'
        and not exists (select from session_verdict where session_id = session.id)) as money,
    (select count(*)::int from pack where mentor_id = ${id} and used < credits and expires_at > now()) as packs`.execute(
    trx,
  )
  const found = rows[0]
  if (!found) return undefined
  if (found.teaches > 0)
    return 'You have sessions to come. Cancel or end them first; their learners are refunded.'
  if (found.packs > 0)
    return 'Learners hold packs of yours that they can still use. Write to us: they are refunded, then you can be erased.'
  if (found.money > 0) return 'Money is still on its way to you. You can be erased once it has arrived.'
  if (found.seats > 0)
    return 'You have seats in classes to come. Give them back first, so that you are refunded.'
  return undefined
}

/** Else a seat would be kept for nobody, for half an hour. */
const leaveWaitlists = (trx: DbOrTrx, id: string) =>
  trx
    .updateTable('waitlist_entry')
    .set({ status: 'left' })
    .where('learner_id', '=', id)
    .where('status', '=', 'waiting')
    .execute()

/** The row stays: others' books point at it. Its address is one that nobody could take before. */
const forgetAccount = (trx: DbOrTrx, id: string) =>
  trx
    .updateTable('account')
    .set({
      email: `${randomUUID()}@erased.invalid`,
      name: gone,
      bio: '',
      skills: [],
      roles: ['learner'],
      role: 'learner',
      time_zone: 'Asia/Kolkata',
      password_hash: null,
      email_verified_at: null,
      image_version: null,
      suspended_because: null,
      erased_at: sql`now()`,
    })
    .where('id', '=', id)
    .execute()
