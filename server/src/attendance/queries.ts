/** The ledger's rows: written once, each correction a row more. The newest revision counts. */
import type { Attendee, SessionVerdict } from '@peerlearn/contract/attendance'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { secondsOf, type Interval } from './intervals.ts'
import type { Presence } from './presence.ts'
import type { Judged } from './verdict.ts'

/** All verdicts of a session, newest first. */
export async function findVerdicts(db: DbOrTrx, sessionId: string): Promise<SessionVerdict[]> {
  const rows = await db
    .selectFrom('session_verdict')
    .select(['revision', 'outcome', 'reason', 'created_at as at'])
    .select(['planned_seconds as plannedSeconds', 'mentor_seconds as mentorSeconds'])
    .select(['failed_seconds as failedSeconds', 'refund_basis_points as refundBasisPoints'])
    .where('session_id', '=', sessionId)
    .orderBy('revision', 'desc')
    .execute()
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

export interface NewVerdict extends Judged {
  revision: number
  reason: string | null
  decidedBy: string | null
}

export const insertVerdict = (trx: DbOrTrx, sessionId: string, verdict: NewVerdict) =>
  trx
    .insertInto('session_verdict')
    .values({
      session_id: sessionId,
      revision: verdict.revision,
      outcome: verdict.outcome,
      planned_seconds: verdict.plannedSeconds,
      mentor_seconds: verdict.mentorSeconds,
      failed_seconds: verdict.failedSeconds,
      refund_basis_points: verdict.refundBasisPoints,
      reason: verdict.reason,
      decided_by: verdict.decidedBy,
    })
    .execute()

/** One row a person: everybody who was there, and those of `expected` who were not. */
export async function insertAttendance(
  trx: DbOrTrx,
  { sessionId, mentorId, expected }: { sessionId: string; mentorId: string; expected: string[] },
  { present, lost }: Pick<Presence, 'present' | 'lost'>,
): Promise<void> {
  const people = [...new Set([mentorId, ...expected, ...present.keys()])]
  await trx
    .insertInto('attendance')
    .values(
      people.map((userId) => ({
        session_id: sessionId,
        account_id: userId,
        revision: 1,
        as_mentor: userId === mentorId,
        intervals: JSON.stringify((present.get(userId) ?? []).map(toInstants)),
        seconds: secondsOf(present.get(userId) ?? []),
        lost_seconds: secondsOf(lost.get(userId) ?? []),
      })),
    )
    .execute()
}

const toInstants = ({ from, to }: Interval) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})

/** The mentor first, then those who were there longest. */
export async function findAttendance(db: DbOrTrx, sessionId: string): Promise<Attendee[]> {
  return db
    .with('newest', (cte) =>
      cte
        .selectFrom('attendance')
        .selectAll()
        .distinctOn('account_id')
        .where('session_id', '=', sessionId)
        .orderBy('account_id')
        .orderBy('revision', 'desc'),
    )
    .selectFrom('newest')
    .innerJoin('account', 'account.id', 'newest.account_id')
    .select(['account.id as userId', 'account.name', 'newest.as_mentor as asMentor', 'newest.intervals'])
    .select(['newest.seconds', 'newest.lost_seconds as lostSeconds'])
    .orderBy('newest.as_mentor', 'desc')
    .orderBy('newest.seconds', 'desc')
    .orderBy('account.name')
    .execute()
}

/** Sessions that have ended and were not counted yet: their job was lost, or their server was. */
export async function findUncounted(db: DbOrTrx): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('id')
    .where('status', '=', 'ended')
    .where('ended_at', 'is not', null)
    .where(
      sql<boolean>`not exists (select from session_verdict where session_verdict.session_id = session.id)`,
    )
    .orderBy('ended_at', 'desc')
    .limit(500)
    .execute()
  return rows.map((row) => row.id)
}

/** Half an hour after its end a session that was never opened is not going to be. */
export const isMissed = sql<boolean>`(session.status = 'scheduled'
  and session.starts_at < now() - interval '30 minutes'
  and session.starts_at + session.duration_minutes * interval '1 minute' < now() - interval '30 minutes')`

export async function findMissed(db: DbOrTrx): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('id')
    .where(isMissed)
    .orderBy('starts_at')
    .limit(100)
    .execute()
  return rows.map((row) => row.id)
}
