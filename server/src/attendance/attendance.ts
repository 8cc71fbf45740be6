/** Counts who was in a class once it is over, and says what it came to; refunds and payouts follow in the same transaction. */
import { AppError } from '@peerlearn/contract/errors'
import type { attendanceRoutes, SessionVerdict } from '@peerlearn/contract/attendance'
import type { BodyOf } from '@peerlearn/contract/route'
import { audit } from '../audit/audit.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { nothingToTell } from '../notifications/notifications.ts'
import { findRoomEvents } from '../room-events.ts'
import { cancelWithSeats } from '../sessions/cancelling.ts'
import { lockSession, type LockedSession } from '../sessions/queries.ts'
import { findSeatHolders } from '../sessions/seats.ts'
import type { SessionDeps } from '../sessions/sessions.ts'
import { readPresence } from './presence.ts'
import {
  findMissed,
  findUncounted,
  findVerdicts,
  insertAttendance,
  insertVerdict,
  isMissed,
  type NewVerdict,
} from './queries.ts'
import { judge } from './verdict.ts'

/** A verdict as what follows from it is decided. */
export interface Verdict extends NewVerdict {
  /** What verdicts before this one gave back at most; nothing for the first one. */
  givenBasisPoints: number
}

/** What follows from a verdict. The session's lock is held, and those of its money; it may lock no other session. */
export type OnVerdict = (trx: DbOrTrx, of: { sessionId: string; verdict: Verdict }) => Promise<void>

export interface AttendanceDeps extends SessionDeps {
  db: Db
  jobs: Jobs
  /** Locks what the session's money may be decided of; the order of all locks is told in bookings/purchases.ts. */
  lockMoney: (trx: DbOrTrx, sessionId: string) => Promise<void>
  /** In this order. */
  onVerdict: readonly OnVerdict[]
}

export const attendanceJobs = (deps: AttendanceDeps): JobHandlers => ({
  'attendance.close': ({ sessionId }) => countSession(deps, sessionId),
  'attendance.sweep': async () => {
    for (const sessionId of await findUncounted(deps.db)) await countSession(deps, sessionId)
    for (const sessionId of await findMissed(deps.db)) await closeMissed(deps, sessionId)
  },
})

/** Counts a session that has ended; one that was counted before stays as it is. */
export async function countSession(deps: AttendanceDeps, sessionId: string): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    if (session.status !== 'ended' || (await findVerdicts(trx, sessionId)).length > 0) return
    const events = await findRoomEvents(trx, sessionId)
    const endedAt = await getEnd(trx, sessionId)
    const presence = readPresence(events, { mentorId: session.mentorId, endedAt })
    await insertAttendance(trx, { ...(await people(trx, session)), sessionId }, presence)
    await deps.lockMoney(trx, sessionId)
    await decide(deps, trx, sessionId, { ...judge(session, presence), ...first })
  })
}

const first = { revision: 1, reason: null, decidedBy: null }

const people = async (trx: DbOrTrx, { id, mentorId }: LockedSession) => ({
  mentorId,
  expected: await findSeatHolders(trx, id),
})

async function getEnd(trx: DbOrTrx, sessionId: string): Promise<Date> {
  const { ended_at } = await trx
    .selectFrom('session')
    .select('ended_at')
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  return ended_at ?? new Date()
}

async function decide(
  { onVerdict }: AttendanceDeps,
  trx: DbOrTrx,
  sessionId: string,
  verdict: NewVerdict,
  earlier: readonly SessionVerdict[] = [],
): Promise<void> {
  await insertVerdict(trx, sessionId, verdict)
  const givenBasisPoints = Math.max(0, ...earlier.map((one) => one.refundBasisPoints))
  for (const hook of onVerdict) await hook(trx, { sessionId, verdict: { ...verdict, givenBasisPoints } })
}

/** The mentor never came: everybody gets everything back, as when it is cancelled. */
async function closeMissed(deps: AttendanceDeps, sessionId: string): Promise<void> {
  const tellNow = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    const { missed } = await trx
      .selectFrom('session')
      .select(isMissed.as('missed'))
      .where('id', '=', sessionId)
      .executeTakeFirstOrThrow()
    if (!missed) return nothingToTell
    const nobody = { present: new Map(), lost: new Map() }
    await insertAttendance(trx, { ...(await people(trx, session)), sessionId }, nobody)
    const tellCancelled = await cancelWithSeats(deps, trx, session, 'mentor-absent')
    const planned = { plannedSeconds: session.durationMinutes * 60, mentorSeconds: 0, failedSeconds: 0 }
    const outcome = { outcome: 'mentor-absent', refundBasisPoints: 10_000 } as const
    // All of its money was decided about by the cancelling: this decides no more.
    await decide(deps, trx, sessionId, { ...planned, ...outcome, ...first })
    return tellCancelled
  })
  await tellNow()
}

type Correction = BodyOf<typeof attendanceRoutes.correct>

/** One more verdict, by an admin. What was given back stays given. @throws AppError `not-found`, `not-open` */
export async function correctVerdict(
  deps: AttendanceDeps,
  { sessionId, who }: { sessionId: string; who: Who },
  { outcome, refundBasisPoints, reason }: Correction,
): Promise<SessionVerdict> {
  await deps.db.transaction().execute(async (trx) => {
    await lockSession(trx, sessionId)
    const earlier = await findVerdicts(trx, sessionId)
    const [last] = earlier
    if (!last)
      throw new AppError('not-open', 'This session has not been counted yet: there is nothing to correct.')
    await deps.lockMoney(trx, sessionId)
    const revision = last.revision + 1
    const verdict = { ...last, outcome, refundBasisPoints, reason, revision, decidedBy: who.userId }
    await decide(deps, trx, sessionId, verdict, earlier)
    await audit(trx, {
      actorId: who.userId,
      action: 'attendance.corrected',
      subject: `session:${sessionId}`,
      data: { revision, outcome, refundBasisPoints, reason },
    })
  })
  const [verdict] = await findVerdicts(deps.db, sessionId)
  if (!verdict) throw new Error('the verdict that was just written is not there')
  return verdict
}
