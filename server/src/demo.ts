/**
 * A world to look around in: people, sessions of some weeks, bookings, feedback, and one class that starts now. What people
 * did since (demo/play.ts) is done by the product itself.
 */
import { randomInt } from 'node:crypto'
import type { Role } from '@peerlearn/contract/base'
import { largestWithoutStage } from '@peerlearn/contract/sessions'
import { newId, type Db, type DbOrTrx } from './db.ts'
import { courses, lecture } from './demo/courses.ts'
import { admin, demoLearners, demoMentor, learners, mentors, opinions } from './demo/people.ts'
import { momentIn, timetable, type DemoSession } from './demo/timetable.ts'
import { hashPassword } from './auth/passwords.ts'
import { newTotpSecret, sealTotp } from './auth/totp.ts'

interface Account {
  email: string
  password: string
}

export interface Demo {
  mentor: Account
  learners: Account[]
  /** An owner too. Their second factor, since admins need one: the secret as an authenticator app takes it, in base32. */
  admin: Account & { totp: string }
  /** Scheduled for this moment, by the demo's mentor; the first learner has a seat. */
  liveSessionId: string
}

/** Nobody has an account in this database. */
export const isEmpty = async (db: DbOrTrx): Promise<boolean> =>
  (await db.selectFrom('account').select('id').limit(1).executeTakeFirst()) === undefined

/** Fills an empty database, all of it or nothing. Those whose passwords are not answered can't be signed in to. */
export async function seedDemo(db: Db, now: Date, authSecret: string): Promise<Demo> {
  const people = {
    mentor: account('mentor'),
    learners: demoLearners.map((_, i) => account(`learner${i + 1}`)),
    admin: { ...account('admin'), totp: newTotpSecret() },
  }
  const liveSessionId = newId()
  await db.transaction().execute(async (trx) => {
    const ids = await insertPeople(trx, people)
    await insertSecondFactor(trx, { ...people.admin, authSecret, now })
    await insertSessions(trx, timetable(now, demoLearners, learners), ids)
    await insertLive(trx, liveSessionId, now, ids)
    await insertLecture(trx, now, ids)
  })
  return { ...people, liveSessionId }
}

const account = (name: string): Account => ({ email: `${name}@peerlearn.example`, password: newPassword() })

/** Letters and digits that nobody mixes up when typing them from a terminal: 14 of 31 are 69 bits. */
const newPassword = () => Array.from({ length: 14 }, () => readable[randomInt(readable.length)]).join('')
const readable = 'abcdefghjkmnpqrstuvwxyz23456789'

/** @returns name → id */
async function insertPeople(trx: DbOrTrx, people: Omit<Demo, 'liveSessionId'>): Promise<Map<string, string>> {
  const nobodys = await hashPassword(newPassword())
  const row = async (name: string, roles: Role[], known?: Account) => ({
    id: newId(),
    email: known?.email ?? `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@peerlearn.example`,
    password_hash: known ? await hashPassword(known.password) : nobodys,
    name,
    roles: ['learner' as const, ...roles],
    email_verified_at: new Date(),
  })
  const rows = [
    {
      ...(await row(demoMentor.name, ['mentor'], people.mentor)),
      bio: demoMentor.bio,
      skills: demoMentor.skills,
    },
    await row(admin, ['admin', 'owner'], people.admin),
  ]
  for (const [i, name] of demoLearners.entries()) rows.push(await row(name, [], people.learners[i]))
  for (const { name, bio, skills } of mentors) rows.push({ ...(await row(name, ['mentor'])), bio, skills })
  for (const name of learners) rows.push(await row(name, []))
  await trx
    .insertInto('account')
    .values(rows.map((person) => ({ bio: '', skills: [], ...person })))
    .execute()
  return new Map(rows.map(({ name, id }) => [name, id]))
}

/** As if the admin had scanned the secret and typed a code. */
async function insertSecondFactor(
  trx: DbOrTrx,
  { email, totp, authSecret, now }: Demo['admin'] & { authSecret: string; now: Date },
): Promise<void> {
  const { id } = await trx
    .selectFrom('account')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('totp')
    .values({ account_id: id, secret: sealTotp(authSecret, id, totp), confirmed_at: now, last_step: 0 })
    .execute()
}

async function insertSessions(trx: DbOrTrx, planned: DemoSession[], ids: Map<string, string>): Promise<void> {
  const sessions = planned.map((session) => ({ ...session, id: newId() }))
  await trx
    .insertInto('session')
    .values(sessions.map((session) => sessionRow(session, ids)))
    .execute()
  await trx
    .insertInto('booking')
    .values(
      sessions.flatMap((session) =>
        session.seated.map((name, i) => bookingRow(session, i + 1, getId(ids, name))),
      ),
    )
    .execute()
  const held = sessions.filter((session) => session.past)
  await trx
    .insertInto('attendance')
    .values(
      held.flatMap((session) =>
        [session.mentor, ...session.seated].map((name) =>
          attendanceRow(session, getId(ids, name), name === session.mentor),
        ),
      ),
    )
    .execute()
  await trx.insertInto('session_verdict').values(held.map(verdictRow)).execute()
  const said = sessions
    .filter((session) => session.past)
    .flatMap((session, s) =>
      session.seated.slice(0, 5).map((name, i) => feedbackRow(session, s * 3 + i, getId(ids, name))),
    )
  await trx.insertInto('feedback').values(said).execute()
}

const endOf = ({ startsAt, minutes }: { startsAt: Date; minutes: number }) =>
  new Date(startsAt.getTime() + minutes * 60_000)

const sessionRow = (session: DemoSession & { id: string }, ids: Map<string, string>) => ({
  id: session.id,
  mentor_id: getId(ids, session.mentor),
  title: session.title,
  description: session.description,
  starts_at: session.startsAt,
  duration_minutes: session.minutes,
  capacity: session.capacity,
  staged: session.capacity > largestWithoutStage,
  price_paise: session.price,
  skills: session.skills,
  status: session.past ? ('ended' as const) : ('scheduled' as const),
  started_at: session.past ? session.startsAt : null,
  ended_at: session.past ? endOf(session) : null,
})

/** Everybody was there from beginning to end. */
const attendanceRow = (session: DemoSession & { id: string }, accountId: string, asMentor: boolean) => ({
  session_id: session.id,
  account_id: accountId,
  revision: 1,
  as_mentor: asMentor,
  intervals: JSON.stringify([{ from: session.startsAt, to: endOf(session) }]),
  seconds: session.minutes * 60,
})

const verdictRow = ({ id, minutes }: DemoSession & { id: string }) => ({
  session_id: id,
  revision: 1,
  outcome: 'held' as const,
  planned_seconds: minutes * 60,
  mentor_seconds: minutes * 60,
  failed_seconds: 0,
  refund_basis_points: 0,
})

const bookingRow = (
  session: { id: string; capacity: number; price: number },
  seat: number,
  learnerId: string,
) => ({
  id: newId(),
  session_id: session.id,
  session_capacity: session.capacity,
  learner_id: learnerId,
  buyer_id: learnerId,
  seat,
  status: 'confirmed' as const,
  price_paise: session.price,
})

function feedbackRow(session: DemoSession & { id: string }, n: number, learnerId: string) {
  const [rating, comment] = opinions[n % opinions.length]!
  const created_at = new Date(endOf(session).getTime() + (n % 7) * 600_000)
  return { id: newId(), session_id: session.id, account_id: learnerId, rating, comment, created_at }
}

/** The class to walk into: free, so that the other learners can book it too. */
async function insertLive(trx: DbOrTrx, id: string, now: Date, ids: Map<string, string>): Promise<void> {
  const course = courses[demoMentor.name]![0]!
  const title = 'Ask me anything about money'
  const description =
    'An open hour: bring a payslip, a loan offer or a page of your accounts, and we look at it together. Start here to see what a class is like.'
  const live = { ...course, title, description, price: 0, id, mentor: demoMentor.name, startsAt: now }
  const session: DemoSession & { id: string } = { ...live, seated: [], past: false }
  await trx.insertInto('session').values(sessionRow(session, ids)).execute()
  await trx
    .insertInto('booking')
    .values(bookingRow(session, 1, getId(ids, demoLearners[0]!)))
    .execute()
}

/** One that only a stage can hold: so many that not everybody can speak. */
async function insertLecture(trx: DbOrTrx, now: Date, ids: Map<string, string>): Promise<void> {
  const startsAt = new Date(momentIn(now, 2, 19 * 60))
  const session = {
    ...lecture,
    id: newId(),
    mentor: demoMentor.name,
    startsAt,
    seated: learners,
    past: false,
  }
  await trx.insertInto('session').values(sessionRow(session, ids)).execute()
  const seats = learners.map((name, i) => bookingRow(session, i + 1, getId(ids, name)))
  await trx.insertInto('booking').values(seats).execute()
}

function getId(ids: Map<string, string>, name: string): string {
  const id = ids.get(name)
  if (!id) throw new Error(`nobody in the demo is called ${name}`)
  return id
}
