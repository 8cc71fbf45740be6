/** Checks of devices and links, kept with the sessions that they were made for, and the newest with its person. */
import { AppError } from '@peerlearn/contract/errors'
import {
  checkDays,
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

/**
 * Keeps this result with every session to come, or live, that the person has a seat in or teaches, and as their newest:
 * it counts for seats that they take in the days after it.
 */
export async function storeReadiness(
  { db, now }: { db: Db; now: () => Date },
  userId: string,
  result: ReadinessResult,
): Promise<Stored> {
  const at = now()
  const check = { account_id: userId, at, result: JSON.stringify(result) }
  const sessions = await db.transaction().execute(async (trx) => {
    // First: two checks of one person are one after the other.
    await trx
      .insertInto('latest_check')
      .values(check)
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet(check))
      .execute()
    const sessionIds = await findComing(trx, userId, at)
    const rows = sessionIds.map((session_id) => ({ session_id, ...check }))
    if (rows.length > 0)
      await trx
        .insertInto('readiness')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['session_id', 'account_id']).doUpdateSet(check))
        .execute()
    return rows.length
  })
  return { readiness: toReadiness(at, result), sessions }
}

/**
 * Everybody with a confirmed seat, those who booked first before the others, with their newest check: before class also one
 * that they made before they had the seat. @throws AppError `not-found`, `forbidden`
 */
export async function readBoard(
  { db, now }: { db: DbOrTrx; now: () => Date },
  sessionId: string,
  mentorId: string,
): Promise<Board> {
  const session = await getSession(db, sessionId)
  if (session.mentor.id !== mentorId)
    throw new AppError('forbidden', 'Only the mentor of this session can see who is ready.')
  const at = now()
  const rows = await db
    .selectFrom('booking')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .innerJoin('account', 'account.id', 'booking.learner_id')
    .leftJoin('readiness', (join) =>
      join
        .onRef('readiness.session_id', '=', 'booking.session_id')
        .onRef('readiness.account_id', '=', 'booking.learner_id'),
    )
    .leftJoin('latest_check', (join) =>
      join
        .onRef('latest_check.account_id', '=', 'booking.learner_id')
        .on('latest_check.at', '>', new Date(at.getTime() - checkDays * dayMs))
        .on(isComing(at)),
    )
    .select(['booking.learner_id as learnerId', 'account.name'])
    .select((eb) => [
      eb.fn.coalesce('latest_check.at', 'readiness.at').as('at'),
      eb.fn.coalesce('latest_check.result', 'readiness.result').as('result'),
    ])
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

const dayMs = 86_400_000

const toReadiness = (at: Date, result: ReadinessResult): Readiness => ({
  at: at.toISOString(),
  verdict: verdictOf(result),
  result,
})

/** Of `session`: it is on, or its time is not over yet. */
const isComing = (now: Date) => sql<boolean>`(session.status = 'live' or session.status = 'scheduled'
  and session.starts_at + session.duration_minutes * interval '1 minute' > ${now})`

async function findComing(db: DbOrTrx, userId: string, now: Date): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('session.id')
    .where(isComing(now))
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
