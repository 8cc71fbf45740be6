/** Checks of devices and links, kept with the sessions that they were made for. */
import { AppError } from '@peerlearn/contract/errors'
import {
  readinessResult,
  type Readiness,
  type ReadinessResult,
  type readinessRoutes,
} from '@peerlearn/contract/readiness'
import { verdictOf } from '@peerlearn/contract/readiness-verdict'
import type { ResponseOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import type { Db, DbOrTrx } from '../db.ts'
import { getSession } from '../sessions/queries.ts'

type Stored = ResponseOf<typeof readinessRoutes.store>
type Board = ResponseOf<typeof readinessRoutes.board>

/** Keeps this result with every session to come, or live, that the person has a seat in or teaches. */
export async function storeReadiness(
  { db, now }: { db: Db; now: () => Date },
  userId: string,
  result: ReadinessResult,
): Promise<Stored> {
  const at = now()
  const sessionIds = await findComing(db, userId, at)
  const rows = sessionIds.map((session_id) => ({
    session_id,
    account_id: userId,
    at,
    result: JSON.stringify(result),
  }))
  if (rows.length > 0)
    await db
      .insertInto('readiness')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['session_id', 'account_id']).doUpdateSet((row) => ({
          at: row.ref('excluded.at'),
          result: row.ref('excluded.result'),
        })),
      )
      .execute()
  return { readiness: toReadiness(at, result), sessions: rows.length }
}

/** Everybody with a confirmed seat, those who booked first before the others. @throws AppError `not-found`, `forbidden` */
export async function readBoard(db: DbOrTrx, sessionId: string, mentorId: string): Promise<Board> {
  const session = await getSession(db, sessionId)
  if (session.mentor.id !== mentorId)
    throw new AppError('forbidden', 'Only the mentor of this session can see who is ready.')
  const rows = await db
    .selectFrom('booking')
    .innerJoin('account', 'account.id', 'booking.learner_id')
    .leftJoin('readiness', (join) =>
      join
        .onRef('readiness.session_id', '=', 'booking.session_id')
        .onRef('readiness.account_id', '=', 'booking.learner_id'),
    )
    .select(['booking.learner_id as learnerId', 'account.name', 'readiness.at', 'readiness.result'])
    .where('booking.session_id', '=', sessionId)
    .where('booking.status', '=', 'confirmed')
    .orderBy('booking.created_at')
    .orderBy('booking.id')
    .$narrowType<{ learnerId: string }>()
    .execute()
  return {
    items: rows.map(({ learnerId, name, at, result }) => ({
      learnerId,
      name,
      readiness: at && result ? toReadiness(at, readinessResult.parse(result)) : null,
    })),
  }
}

const toReadiness = (at: Date, result: ReadinessResult): Readiness => ({
  at: at.toISOString(),
  verdict: verdictOf(result),
  result,
})

async function findComing(db: DbOrTrx, userId: string, now: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('session.id')
    .where((eb) =>
      eb.or([
        eb('session.status', '=', 'live'),
        eb.and([
          eb('session.status', '=', 'scheduled'),
          eb(sql<Date>`session.starts_at + session.duration_minutes * interval '1 minute'`, '>', now),
        ]),
      ]),
    )
    .where((eb) =>
      eb.or([
        eb('session.mentor_id', '=', userId),
        eb.exists(
          eb
            .selectFrom('booking')
            .select('booking.id')
            .whereRef('booking.session_id', '=', 'session.id')
            .where('booking.learner_id', '=', userId)
            .where('booking.status', '=', 'confirmed'),
        ),
      ]),
    )
    .limit(500)
    .execute()
  return rows.map(({ id }) => id)
}
