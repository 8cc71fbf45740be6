/** What a mentor does with a session before it starts: publish and change. */
import { AppError } from '@peerlearn/contract/errors'
import type { Session, sessionInput } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import type { z } from 'zod'
import { refuseOutside } from '../availability/availability.ts'
import { newId, violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { nothingToTell, type TellNow, type WillTell } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'
import type { ReleaseSeats } from './cancelling.ts'
import { lockAgendas, refuseConflict } from './conflicts.ts'
import { tellMoved } from './moved.ts'
import { getSession, lockSession, requireOwn, requireStatus, type LockedSession } from './queries.ts'
import { findSeatNumbers, findTakenSeats } from './seats.ts'
import { refusePast, requireSound } from './session-rules.ts'

type Input = z.output<typeof sessionInput>
/** The mentor means it, though it lies outside their own hours. */
interface Meant {
  outsideHours?: boolean | undefined
}

export interface SessionDeps {
  db: Db
  tell: Tell
  willTell: WillTell
  releaseSeats: ReleaseSeats
  /** Gives free what was not paid, and offers what is free to those who wait. */
  offerSeats: (sessionId: string) => Promise<void>
}

/** Publishes a session in a time in which the mentor is nowhere else. @throws AppError `bad-input`, `time-conflict`, `outside-hours` */
export async function createSession(
  { db }: { db: Db },
  who: Who,
  { outsideHours, ...input }: Input & Meant,
): Promise<Session> {
  requireSound(input)
  await refusePast(db, input.startsAt)
  if (!outsideHours) await refuseOutside(db, who.userId, [input])
  const id = await db.transaction().execute(async (trx) => {
    await lockAgendas(trx, [who.userId])
    return insertSession(trx, who.userId, input)
  })
  return getSession(db, id)
}

/**
 * One session, on its own or of a series. The caller holds the mentor's agenda, so that several can be put in at once.
 * @returns its id. @throws AppError `time-conflict`
 */
export async function insertSession(
  trx: DbOrTrx,
  mentorId: string,
  input: Input,
  seriesId: string | null = null,
): Promise<string> {
  await refuseConflict(trx, mentorId, spanOf(input))
  const id = newId()
  const { title, description, capacity, staged, skills } = input
  await trx
    .insertInto('session')
    .values({
      id,
      mentor_id: mentorId,
      series_id: seriesId,
      title,
      description,
      capacity,
      staged,
      skills,
      starts_at: input.startsAt,
      duration_minutes: input.durationMinutes,
      price_paise: input.pricePaise,
      booking_closes_minutes: input.bookingClosesMinutes,
      min_learners: input.minLearners,
      refund_full_hours: input.refund.fullHours,
      refund_half_hours: input.refund.halfHours,
    })
    .execute()
  return id
}

const spanOf = ({ startsAt, durationMinutes }: Pick<Input, 'startsAt' | 'durationMinutes'>) => ({
  startsAt: new Date(startsAt),
  durationMinutes,
})

/** Changes an own session that has not started; people with a seat are told when its time moves. */
export async function changeSession(
  deps: SessionDeps,
  { sessionId, who }: { sessionId: string; who: Who },
  { outsideHours, ...change }: Change & Meant,
): Promise<Session> {
  const { db } = deps
  if (change.capacity !== undefined) await deps.offerSeats(sessionId)
  const tellNow = await db.transaction().execute(async (trx) => {
    const before = await lockSession(trx, sessionId)
    requireOwn(before, who.userId)
    requireStatus(before, ['scheduled'])
    if (!outsideHours) await refuseMovedOutside(trx, before, change)
    return applyChange(deps, trx, before, change)
  })
  await tellNow()
  if (change.capacity !== undefined) await deps.offerSeats(sessionId)
  return getSession(db, sessionId)
}

/**
 * Changes a locked session that has not started. @param siblings sessions that change with it, and don't stand in its way
 * @returns tells people of its new time, if it has one; for after the commit
 */
export async function applyChange(
  deps: SessionDeps,
  trx: DbOrTrx,
  before: LockedSession,
  change: Change,
  siblings: string[] = [],
): Promise<TellNow> {
  requireSound(withChange(before, change))
  await requirePromised(trx, before, change)
  const timing = await retime(trx, before, change, siblings)
  if (change.capacity !== undefined) await makeRoom(trx, before.id, change.capacity)
  const values = { ...columns(change), ...timing.columns }
  if (Object.keys(values).length > 0)
    await trx.updateTable('session').set(values).where('id', '=', before.id).execute().catch(refuseSeats)
  return timing.moved ? tellMoved(deps, trx, before.id) : nothingToTell
}

async function refuseMovedOutside(trx: DbOrTrx, before: LockedSession, change: Change): Promise<void> {
  if (change.startsAt === undefined && change.durationMinutes === undefined) return
  const { startsAt = before.startsAt.toISOString(), durationMinutes = before.durationMinutes } = change
  if (Date.parse(startsAt) === before.startsAt.getTime() && durationMinutes === before.durationMinutes) return
  await refuseOutside(trx, before.mentorId, [{ startsAt, durationMinutes }])
}

type Change = { [K in keyof Input]?: Input[K] | undefined }

const withChange = (before: LockedSession, change: Change) => ({
  capacity: change.capacity ?? before.capacity,
  staged: change.staged ?? before.staged,
  minLearners: change.minLearners ?? before.minLearners,
  refund: change.refund ?? { fullHours: before.fullHours, halfHours: before.halfHours },
  ...(change.pricePaise !== undefined && { pricePaise: change.pricePaise }),
})

/**
 * A new time must lie ahead, and the mentor be nowhere else. Who has a seat may leave without loss then, and the minimum
 * is looked at anew.
 */
async function retime(trx: DbOrTrx, before: LockedSession, change: Change, siblings: string[]) {
  const { startsAt = before.startsAt.toISOString(), durationMinutes = before.durationMinutes } = change
  const later = Date.parse(startsAt) !== before.startsAt.getTime()
  const moved = later || durationMinutes !== before.durationMinutes
  if (later) await refusePast(trx, startsAt)
  if (later) await requireNotice(trx, before, new Date(startsAt))
  if (moved) {
    await lockAgendas(trx, [before.mentorId])
    await refuseConflict(trx, before.mentorId, spanOf({ startsAt, durationMinutes }), [
      before.id,
      ...siblings,
    ])
  }
  const anew = later || change.minLearners !== undefined || change.bookingClosesMinutes !== undefined
  return {
    moved,
    columns: { ...(moved && { moved_at: sql<Date>`now()` }), ...(anew && { minimum_checked_at: null }) },
  }
}

const noticeHours = 12

/** Who booked for a time must be able to leave before an earlier one: nobody is moved to a start that is hours away. */
async function requireNotice(trx: DbOrTrx, before: LockedSession, startsAt: Date): Promise<void> {
  const soon = startsAt.getTime() < Date.now() + noticeHours * 3_600_000
  if (!soon || startsAt >= before.startsAt || (await findTakenSeats(trx, before.id)).length === 0) return
  throw new AppError(
    'policy-promised',
    'People have booked for a later time. They need half a day’s notice.',
    {
      startsAt: `Earlier than booked, and less than ${noticeHours} hours away.`,
    },
  )
}

/** What people were told when they booked holds: how money comes back can only become better for them. */
async function requirePromised(trx: DbOrTrx, before: LockedSession, { refund }: Change): Promise<void> {
  const worse = refund && (refund.fullHours > before.fullHours || refund.halfHours > before.halfHours)
  if (worse && (await findTakenSeats(trx, before.id)).length > 0)
    throw new AppError(
      'policy-promised',
      'People have booked under the refund rule as it is. It can only be eased.',
      {
        refund: 'Stricter than what was promised.',
      },
    )
}

const columns = ({
  startsAt,
  durationMinutes,
  pricePaise,
  bookingClosesMinutes,
  minLearners,
  refund,
  ...same
}: Change) => ({
  ...same,
  ...(bookingClosesMinutes !== undefined && { booking_closes_minutes: bookingClosesMinutes }),
  ...(minLearners !== undefined && { min_learners: minLearners }),
  ...(refund && { refund_full_hours: refund.fullHours, refund_half_hours: refund.halfHours }),
  ...(startsAt !== undefined && { starts_at: startsAt }),
  ...(durationMinutes !== undefined && { duration_minutes: durationMinutes }),
  ...(pricePaise !== undefined && { price_paise: pricePaise }),
})

/** Moves bookings from seats beyond the new capacity to free ones below it. What does not fit, the constraint refuses. */
async function makeRoom(trx: DbOrTrx, sessionId: string, capacity: number): Promise<void> {
  const taken = await findSeatNumbers(trx, sessionId)
  if (taken.length > capacity) throw belowSeats(taken.length)
  const free = Array.from({ length: capacity }, (_, i) => i + 1).filter((seat) => !taken.includes(seat))
  for (const seat of taken.filter((seat) => seat > capacity))
    await trx
      .updateTable('booking')
      .set({ seat: free.shift() ?? null })
      .where('session_id', '=', sessionId)
      .where('seat', '=', seat)
      .execute()
}

const belowSeats = (booked?: number) =>
  new AppError('capacity-below-seats', 'More seats than that are taken already.', {
    capacity: booked
      ? `At least ${booked}: so many seats are booked already.`
      : 'Fewer than the seats that are booked already.',
  })

function refuseSeats(error: unknown): never {
  throw violates(error, 'booking_seat_in_capacity') ? belowSeats() : error
}
