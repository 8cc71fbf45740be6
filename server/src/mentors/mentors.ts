/** A mentor's public page, and following. */
import { AppError } from '@peerlearn/contract/errors'
import type { MentorPage } from '@peerlearn/contract/mentors'
import type { Mentor } from '@peerlearn/contract/users'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { selectSessions, toSession } from '../sessions/queries.ts'
import { isMentor, mentorColumns, toMentor } from '../users/queries.ts'

/** @throws AppError `not-found` for somebody who does not teach */
export async function readMentor(
  db: DbOrTrx,
  mentorId: string,
  readerId: string | undefined,
): Promise<MentorPage> {
  const row = await db
    .selectFrom('account')
    .select([...mentorColumns, 'created_at'])
    .where('id', '=', mentorId)
    .where(isMentor)
    .executeTakeFirst()
  if (!row) throw noMentor()
  const { created_at: since, ...mentor } = row
  const [figures, sessions, feedback] = await Promise.all([
    findFigures(db, mentorId, readerId),
    findComing(db, mentorId),
    findOpinions(db, mentorId),
  ])
  return { mentor: toMentor(mentor), since: since.toISOString(), ...figures, sessions, feedback }
}

const noMentor = () => new AppError('not-found', 'There is no such mentor.')

async function findFigures(db: DbOrTrx, mentorId: string, readerId: string | undefined) {
  const { rows } = await sql<{ taught: number; followers: number; following: boolean }>`
    select
      (select count(*)::int from session where mentor_id = ${mentorId} and status = 'ended') as taught,
      (select count(*)::int from follow where mentor_id = ${mentorId}) as followers,
      exists (select from follow where mentor_id = ${mentorId} and learner_id = ${readerId ?? null}) as following
  `.execute(db)
  return rows[0] ?? { taught: 0, followers: 0, following: false }
}

async function findComing(db: DbOrTrx, mentorId: string) {
  const rows = await selectSessions(db)
    .where('session.mentor_id', '=', mentorId)
    .where('session.status', 'in', ['scheduled', 'live'])
    .where(sql<boolean>`session.starts_at + session.duration_minutes * interval '1 minute' > now()`)
    .orderBy('session.starts_at')
    .limit(12)
    .execute()
  return rows.map(toSession)
}

async function findOpinions(db: DbOrTrx, mentorId: string): Promise<MentorPage['feedback']> {
  const rows = await db
    .selectFrom('feedback')
    .innerJoin('session', 'session.id', 'feedback.session_id')
    .innerJoin('account', 'account.id', 'feedback.account_id')
    .select(['feedback.id', 'account.name', 'feedback.rating', 'feedback.comment'])
    .select(['session.title as sessionTitle', 'feedback.created_at as createdAt'])
    .where('session.mentor_id', '=', mentorId)
    .where('feedback.comment', '<>', '')
    .orderBy('feedback.created_at', 'desc')
    .limit(20)
    .execute()
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }))
}

/** Repeating it is harmless. @throws AppError `not-found`, `bad-input` for oneself */
export async function follow(db: DbOrTrx, mentorId: string, learnerId: string): Promise<void> {
  if (mentorId === learnerId) throw new AppError('bad-input', 'You can’t follow yourself.')
  const mentor = await db
    .selectFrom('account')
    .select('id')
    .where('id', '=', mentorId)
    .where(isMentor)
    .executeTakeFirst()
  if (!mentor) throw noMentor()
  await db
    .insertInto('follow')
    .values({ mentor_id: mentorId, learner_id: learnerId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export const unfollow = (db: DbOrTrx, mentorId: string, learnerId: string) =>
  db.deleteFrom('follow').where('mentor_id', '=', mentorId).where('learner_id', '=', learnerId).execute()

/** Those whom this person follows, by name. */
export async function findFollowed(db: DbOrTrx, learnerId: string): Promise<Mentor[]> {
  const rows = await db
    .selectFrom('follow')
    .innerJoin('account', 'account.id', 'follow.mentor_id')
    .select(mentorColumns.map((column) => `account.${column}` as const))
    .where('follow.learner_id', '=', learnerId)
    .where(isMentor)
    .orderBy('account.name')
    .limit(500)
    .execute()
  return rows.map(toMentor)
}
