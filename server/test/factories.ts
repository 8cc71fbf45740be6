/** Rows of the kinds that tests need, filled in where a test does not care. */
import type { Role } from '@peerlearn/contract/base'
import type { Insertable } from 'kysely'
import type { AccessTokens } from '../src/auth/access-tokens.ts'
import { startLogin } from '../src/auth/logins.ts'
import { hashPassword } from '../src/auth/passwords.ts'
import { newId, type DbOrTrx } from '../src/db.ts'
import type { Database } from '../src/schema.ts'

export interface Person {
  userId: string
  loginId: string
  email: string
  password: string
  name: string
  roles: Role[]
  /** For `Authorization: Bearer`; good for ten minutes. */
  token: string
}

export interface PersonWish {
  /** Beside being a learner. */
  roles?: Role[]
  /** Has proved the email: yes, unless wished otherwise. */
  verified?: boolean
  /** This login has proved a second factor: of admins, unless wished otherwise. */
  secondFactor?: boolean
  name?: string
  bio?: string
  skills?: string[]
}

const password = 'correct horse battery'
let hashed: Promise<string> | undefined
let count = 0

/** Somebody with an account and a live login, a learner alone unless wished otherwise. */
export async function newPerson(db: DbOrTrx, tokens: AccessTokens, wish: PersonWish = {}): Promise<Person> {
  const { roles = [], verified = true, bio = '', skills = [] } = wish
  const { name = `${roles.at(-1) ?? 'learner'} ${++count}`, secondFactor = isAdmin(roles) } = wish
  const userId = newId()
  const email = `${userId}@peerlearn.test`
  const password_hash = await (hashed ??= hashPassword(password))
  await db
    .insertInto('account')
    .values({
      id: userId,
      email,
      password_hash,
      name,
      roles: ['learner', ...roles],
      email_verified_at: verified ? new Date() : null,
      bio,
      skills,
    })
    .execute()
  const login = await newLogin(db, tokens, { userId, secondFactor })
  return { userId, ...login, email, password, name, roles: ['learner', ...roles] }
}

/** One more login of somebody. */
export async function newLogin(
  db: DbOrTrx,
  tokens: AccessTokens,
  { userId, secondFactor = false }: { userId: string; secondFactor?: boolean },
): Promise<{ loginId: string; token: string }> {
  const { loginId } = await startLogin(db, userId, { secondFactor })
  return { loginId, token: await tokens.sign({ userId, loginId }) }
}

const isAdmin = (roles: Role[]) => roles.includes('admin') || roles.includes('owner')

/** A free session of ten seats that starts in an hour. @returns its id */
export async function newSession(
  db: DbOrTrx,
  { mentorId, ...wish }: { mentorId: string } & Partial<Insertable<Database['session']>>,
): Promise<string> {
  const id = newId()
  await db
    .insertInto('session')
    .values({
      id,
      mentor_id: mentorId,
      title: 'Reading a balance sheet',
      description: 'What the numbers of a small shop say, and what they hide.',
      starts_at: new Date(Date.now() + 3_600_000),
      duration_minutes: 60,
      capacity: 10,
      price_paise: 0,
      ...wish,
    })
    .execute()
  return id
}

/** A confirmed seat of this learner, the first free one. @returns the booking's id */
export async function newBooking(
  db: DbOrTrx,
  { sessionId, learnerId }: { sessionId: string; learnerId: string },
): Promise<string> {
  const id = newId()
  const session = await db
    .selectFrom('session')
    .select(['capacity', 'price_paise'])
    .select((eb) =>
      eb
        .selectFrom('booking')
        .select((e) => e.fn.max('seat').as('last'))
        .whereRef('booking.session_id', '=', 'session.id')
        .as('last'),
    )
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  await db
    .insertInto('booking')
    .values({
      id,
      session_id: sessionId,
      session_capacity: session.capacity,
      learner_id: learnerId,
      buyer_id: learnerId,
      seat: (session.last ?? 0) + 1,
      status: 'confirmed',
      price_paise: session.price_paise,
    })
    .execute()
  return id
}
