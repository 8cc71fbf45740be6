import type { Mentor, User } from '@peerlearn/contract/users'
import { AppError } from '@peerlearn/contract/errors'
import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import { containing, type DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'

/** Another image has another address, so that it can be kept by whoever fetched it. */
const imageOf = (id: string, version: string | null) => version && `/api/users/${id}/image?v=${version}`

const userColumns = [
  'id',
  'email',
  'name',
  'roles',
  'email_verified_at',
  'bio',
  'skills',
  'image_version',
  'time_zone',
  'created_at',
] as const
type UserRow = Pick<Selectable<Database['account']>, (typeof userColumns)[number]>

const toUser = ({ created_at, email_verified_at, image_version, time_zone, ...rest }: UserRow): User => ({
  ...rest,
  image: imageOf(rest.id, image_version),
  verified: email_verified_at !== null,
  timeZone: time_zone,
  createdAt: created_at.toISOString(),
})

export async function insertAccount(db: DbOrTrx, account: Insertable<Database['account']>): Promise<User> {
  const row = await db.insertInto('account').values(account).returning(userColumns).executeTakeFirstOrThrow()
  return toUser(row)
}

/** @throws AppError `not-found` */
export async function getUser(db: DbOrTrx, id: string): Promise<User> {
  const row = await db.selectFrom('account').select(userColumns).where('id', '=', id).executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such person.')
  return toUser(row)
}

/** The people who came last: ids grow with time. */
export async function findNewestUsers(db: DbOrTrx, limit: number): Promise<User[]> {
  const rows = await db.selectFrom('account').select(userColumns).orderBy('id', 'desc').limit(limit).execute()
  return rows.map(toUser)
}

/** The account of this email with the hash of its password. */
export async function findCredentials(db: DbOrTrx, email: string) {
  const row = await db
    .selectFrom('account')
    .select([...userColumns, 'password_hash'])
    .where('email', '=', email)
    .executeTakeFirst()
  if (!row) return undefined
  const { password_hash, ...account } = row
  return { password_hash, user: toUser(account) }
}

type ProfileChange = Pick<Updateable<Database['account']>, 'name' | 'bio' | 'skills'> & {
  timeZone?: string | undefined
}

/** Fields that are not given stay as they are. @throws AppError `not-found` */
export async function updateProfile(
  db: DbOrTrx,
  id: string,
  { timeZone, ...change }: ProfileChange,
): Promise<User> {
  if (!timeZone && Object.keys(change).length === 0) return getUser(db, id)
  const row = await db
    .updateTable('account')
    .set({ ...change, ...(timeZone && { time_zone: timeZone }) })
    .where('id', '=', id)
    .returning(userColumns)
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such person.')
  return toUser(row)
}

/** Of an account: teaches, and may. */
export const isMentor = sql<boolean>`'mentor' = any (account.roles) and account.suspended_at is null`

/** What anybody may know of a mentor; the rating is kept as a sum and a number. */
export const mentorColumns = [
  'id',
  'name',
  'bio',
  'skills',
  'image_version',
  'rating_sum',
  'rating_count',
] as const
type MentorRow = Pick<Selectable<Database['account']>, (typeof mentorColumns)[number]>

export const toMentor = ({ rating_sum, rating_count, image_version, ...rest }: MentorRow): Mentor => ({
  ...rest,
  image: imageOf(rest.id, image_version),
  rating: rating_count > 0 ? Math.round((rating_sum / rating_count) * 10) / 10 : null,
  ratings: rating_count,
})

export interface MentorFilter {
  q?: string | undefined
  /** Those after this mentor in the order of names, which namesakes share. */
  after?: string | undefined
  limit: number
}

/** Mentors by name; the words asked for may stand anywhere in it (a trigram index finds them). */
export function findMentors(db: DbOrTrx, { q, after, limit }: MentorFilter): Promise<MentorRow[]> {
  let query = db
    .selectFrom('account')
    .select(mentorColumns)
    .where(isMentor)
    .orderBy('name')
    .orderBy('id')
    .limit(limit)
  for (const word of (q ?? '').split(/\s+/).filter(Boolean).slice(0, 8))
    query = query.where('name', 'ilike', containing(word))
  if (after)
    query = query.where(sql<boolean>`(name, id) > (select name, id from account where id = ${after})`)
  return query.execute()
}
