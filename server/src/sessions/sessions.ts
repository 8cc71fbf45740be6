/** What a mentor does with a session before it starts: publish, change, cancel. */
import { AppError } from '@peerlearn/contract/errors'
import { largestWithoutStage, type Session, type sessionInput } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import type { z } from 'zod'
import { newId, violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { Tell } from '../sockets.ts'
import { getSession, lockSession, requireOwn, requireStatus, type LockedSession } from './queries.ts'
import { findSeatHolders, findTakenSeats } from './seats.ts'

type Input = z.output<typeof sessionInput>

export interface SessionDeps {
  db: Db
  tell: Tell
  notify: Notify
}

export async function createSession({ db }: { db: Db }, who: Who, input: Input): Promise<Session> {
  await refusePast(db, input.startsAt)
  refusePrice(input.pricePaise)
  requireStage(input)
  const id = newId()
  await db
    .insertInto('session')
    .values({
      id,
      mentor_id: who.userId,
      title: input.title,
      description: input.description,
      starts_at: input.startsAt,
      duration_minutes: input.durationMinutes,
      capacity: input.capacity,
      staged: input.staged,
      price_paise: input.pricePaise,
      skills: input.skills,
    })
    .execute()
  return getSession(db, id)
}

/** Changes an own session that has not started; people with a seat are told when its time moves. */
export async function changeSession(
  { db, notify }: SessionDeps,
  { sessionId, who }: { sessionId: string; who: Who },
  change: Partial<Input>,
): Promise<Session> {
  const moved = await db.transaction().execute(async (trx) => {
    const before = await lockSession(trx, sessionId)
    requireOwn(before, who.userId)
    requireStatus(before, ['scheduled'])
    const later = change.startsAt !== undefined && Date.parse(change.startsAt) !== before.startsAt.getTime()
    if (later && change.startsAt) await refusePast(trx, change.startsAt)
    refusePrice(change.pricePaise)
    requireStage({ capacity: change.capacity ?? before.capacity, staged: change.staged ?? before.staged })
    if (change.capacity !== undefined) await makeRoom(trx, sessionId, change.capacity)
    const values = columns(change)
    if (Object.keys(values).length > 0)
      await trx.updateTable('session').set(values).where('id', '=', sessionId).execute().catch(refuseSeats)
    return later || (change.durationMinutes ?? before.durationMinutes) !== before.durationMinutes
  })
  const session = await getSession(db, sessionId)
  if (moved)
    await notify(await findSeatHolders(db, sessionId), {
      title: 'A session has moved',
      message: `“${session.title}” has a new time. Open it to see when.`,
      link: `/sessions/${sessionId}`,
    })
  return session
}

/** Cancels an own session that has not started, with its bookings; their learners are told. Repeating it is harmless. */
export async function cancelSession(
  { db, tell, notify }: SessionDeps,
  { sessionId, who }: { sessionId: string; who: Who },
): Promise<Session> {
  const learners = await db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    requireOwn(session, who.userId)
    if (session.status === 'cancelled') return []
    requireStatus(session, ['scheduled'])
    return cancelWithBookings(trx, session)
  })
  const session = await getSession(db, sessionId)
  tell.people(learners, 'session.cancelled', { sessionId, title: session.title })
  await notify(learners, {
    title: 'A session was cancelled',
    message: `“${session.title}” will not take place.${session.pricePaise > 0 ? ' What you paid for it comes back.' : ''}`,
    link: `/sessions/${sessionId}`,
  })
  return session
}

async function cancelWithBookings(trx: DbOrTrx, session: LockedSession): Promise<string[]> {
  await trx.updateTable('session').set({ status: 'cancelled' }).where('id', '=', session.id).execute()
  const cancelled = await trx
    .updateTable('booking')
    .set({ status: 'cancelled', seat: null, held_until: null })
    .where('session_id', '=', session.id)
    .where('seat', 'is not', null)
    .returning('learner_id')
    .execute()
  return cancelled.map((row) => row.learner_id)
}

const columns = ({ startsAt, durationMinutes, pricePaise, ...same }: Partial<Input>) => ({
  ...same,
  ...(startsAt !== undefined && { starts_at: startsAt }),
  ...(durationMinutes !== undefined && { duration_minutes: durationMinutes }),
  ...(pricePaise !== undefined && { price_paise: pricePaise }),
})

/** A start may lie five minutes back (forms take a while), by the database's clock. */
async function refusePast(db: DbOrTrx, startsAt: string): Promise<void> {
  const { rows } = await sql<{ past: boolean }>`
    select ${startsAt}::timestamptz < now() - interval '5 minutes' as past`.execute(db)
  if (rows[0]?.past)
    throw new AppError('bad-input', 'A session can’t start in the past.', { startsAt: 'Lies in the past.' })
}

/** Razorpay takes orders of one rupee and more. */
function refusePrice(paise = 0): void {
  if (paise > 0 && paise < 100)
    throw new AppError('bad-input', 'A price is ₹1 or more, or nothing.', { pricePaise: 'Below ₹1.' })
}

/** Everybody sending to everybody is for smaller classes. */
function requireStage({ capacity, staged }: Pick<Input, 'capacity' | 'staged'>): void {
  if (capacity > largestWithoutStage && !staged)
    throw new AppError('bad-input', `A class of more than ${largestWithoutStage} seats needs a stage.`, {
      staged: `Needed for more than ${largestWithoutStage} seats.`,
    })
}

/** Moves bookings from seats beyond the new capacity to free ones below it. What does not fit, the constraint refuses. */
async function makeRoom(trx: DbOrTrx, sessionId: string, capacity: number): Promise<void> {
  await trx
    .updateTable('booking')
    .set({ status: 'expired', seat: null, held_until: null })
    .where('session_id', '=', sessionId)
    .where(sql<boolean>`held_until <= now()`)
    .execute()
  const taken = await findTakenSeats(trx, sessionId)
  if (taken.length > capacity) throw belowSeats()
  const free = Array.from({ length: capacity }, (_, i) => i + 1).filter((seat) => !taken.includes(seat))
  for (const seat of taken.filter((seat) => seat > capacity))
    await trx
      .updateTable('booking')
      .set({ seat: free.shift() ?? null })
      .where('session_id', '=', sessionId)
      .where('seat', '=', seat)
      .execute()
}

const belowSeats = () =>
  new AppError('capacity-below-seats', 'More seats than that are taken already.', {
    capacity: 'Below the seats that are taken.',
  })

function refuseSeats(error: unknown): never {
  throw violates(error, 'booking_seat_in_capacity') ? belowSeats() : error
}
