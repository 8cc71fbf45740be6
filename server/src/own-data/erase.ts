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
import { isPaidBack } from '../bookings/pack-credits.ts'
import type { Bus } from '../bus.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { DataOwner } from '../http.ts'
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
export async function erasePerson(deps: EraseDeps, who: DataOwner, proof: Proof): Promise<void> {
  await requireProof(deps, who, proof)
  const ended = await deps.db.transaction().execute(async (trx) => {
    const { userId: id } = who
    const person = await lockPerson(trx, who)
    const reason = await findReason(trx, id)
    if (reason) throw new AppError('erase-blocked', wordsOf(reason, who))
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

/** A proof of the last minutes; a pass of somebody suspended is one itself. @throws AppError `confirm-needed` */
export async function requireFreshOwner(db: DbOrTrx, { userId, loginId }: DataOwner): Promise<void> {
  if (loginId !== null) await requireFresh(db, { userId, loginId })
}

/** The password where there is one; a fresh proof where there is none, or a second factor. */
async function requireProof(
  { db, limits }: EraseDeps,
  who: DataOwner,
  { password, address }: Proof,
): Promise<void> {
  const { password_hash: hash } = await db
    .selectFrom('account')
    .select('password_hash')
    .where('id', '=', who.userId)
    .executeTakeFirstOrThrow()
  if (hash === null || hasFactor(await findFactors(db, who.userId))) await requireFreshOwner(db, who)
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
async function lockPerson(trx: DbOrTrx, { userId, roles }: DataOwner) {
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

/** Why it can't be now. */
async function findReason(trx: DbOrTrx, id: string): Promise<Reason | undefined> {
  const { rows } = await sql<{ seats: number; teaches: number; money: number; packs: number }>`select
    (select count(*)::int from booking join session on session.id = booking.session_id
      where (learner_id = ${id} or buyer_id = ${id}) and seat is not null
        and session.status in ('scheduled', 'live')) as seats,
    (select count(*)::int from session where mentor_id = ${id} and status in ('scheduled', 'live')) as teaches,
    (select count(*)::int from payout where mentor_id = ${id} and status not in ('settled', 'void'))
      + (select count(*)::int from session where mentor_id = ${id} and status = 'ended'
        and not exists (select from session_verdict where session_id = session.id)) as money,
    (select count(*)::int from pack join purchase on purchase.id = pack.purchase_id
      where pack.mentor_id = ${id} and used < credits and expires_at > now() and not ${isPaidBack}) as packs`.execute(
    trx,
  )
  const found = rows[0]
  if (!found) return undefined
  return (['teaches', 'packs', 'money', 'seats'] as const).find((reason) => found[reason] > 0)
}

type Reason = 'teaches' | 'packs' | 'money' | 'seats'

/** The way on. Suspended people can only wait, or ask. */
const words: Record<Reason, { usual: string; suspended: string }> = {
  teaches: {
    usual: 'You have sessions to come. Cancel or end them first; their learners are refunded.',
    suspended: 'Your sessions to come are being cancelled. Try again in some minutes.',
  },
  packs: {
    usual:
      'Learners hold packs of yours that they can still use. Write to us: they are refunded, then you can be erased.',
    suspended:
      'What is left of the packs that you sold is being paid back to your learners. Try again tomorrow, and write to us if it is still so then.',
  },
  money: {
    usual: 'Money is still on its way to you. You can be erased once it has arrived.',
    suspended:
      'Money is still on its way to you. You can be erased once it has arrived. Write to us if it does not come.',
  },
  seats: {
    usual: 'You have seats in classes to come. Give them back first, so that you are refunded.',
    suspended:
      'You have seats in classes to come. Write to us: we give them back and refund you, then you can be erased.',
  },
}

const wordsOf = (reason: Reason, { loginId }: DataOwner): string =>
  words[reason][loginId === null ? 'suspended' : 'usual']

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
