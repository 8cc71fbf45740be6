/** A seat that became free is offered to who waits longest, and kept for them for half an hour. */
import { offerMinutes } from '@peerlearn/contract/waitlist'
import { sql } from 'kysely'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { News } from '../notifications/notifications.ts'
import { findConflict, lockAgendas } from '../sessions/conflicts.ts'
import { lockSession, type LockedSession } from '../sessions/queries.ts'
import { announceSeats, type AnnounceDeps, type SeatChange } from './announce.ts'
import { expireHolds, readSeats, refusalOf } from './session-seats.ts'

/**
 * Ends the session's holds that ran out, and offers what is free to those who wait, in their order. Call it whenever
 * seats became free; nobody else is given one before. Safe on several servers.
 */
export async function freshenSeats(deps: AnnounceDeps, sessionId: string): Promise<void> {
  const tellExpired = await deps.db.transaction().execute(async (trx) => {
    await lockSession(trx, sessionId)
    return announceSeats(deps, trx, await expireHolds(trx, sessionId))
  })
  await tellExpired()
  for (let more = await hasWaiting(deps.db, sessionId); more;) {
    const round = await deps.db.transaction().execute((trx) => offerAndTell(deps, trx, sessionId))
    for (const tellNow of round.all) await tellNow()
    more = round.more
  }
}

async function hasWaiting(db: Db, sessionId: string): Promise<boolean> {
  const one = await db
    .selectFrom('waitlist_entry')
    .select('id')
    .where('session_id', '=', sessionId)
    .where('status', '=', 'waiting')
    .limit(1)
    .executeTakeFirst()
  return one !== undefined
}

async function offerAndTell(deps: AnnounceDeps, trx: DbOrTrx, sessionId: string) {
  const session = await lockSession(trx, sessionId)
  const { changes, passedBy, more } = await offerSeats(trx, session)
  const tellOffers = await announceSeats(deps, trx, changes)
  const passed = passedBy.map((one) => newsOf(session, one))
  return { more, all: [tellOffers, await deps.willTell(trx, passed)] }
}

interface Round {
  changes: SeatChange[]
  /** Waited in vain: booking has closed, or they are elsewhere at that time by now. */
  passedBy: { learnerId: string; why: 'closed' | 'elsewhere' }[]
  more: boolean
}

/** One round: as many people as there are seats. Their agendas are locked once, so those after them have the next one. */
async function offerSeats(trx: DbOrTrx, session: LockedSession): Promise<Round> {
  const sessionId = session.id
  if (refusalOf(session)) return { changes: [], passedBy: await closeWaitlist(trx, sessionId), more: false }
  const seats = await readSeats(trx, session)
  const first = await findFirst(trx, sessionId, seats.free.length)
  await lockAgendas(
    trx,
    first.map((entry) => entry.learnerId),
  )
  const round: Round = { changes: [], passedBy: [], more: false }
  for (const entry of first) {
    if (await findConflict(trx, entry.learnerId, session, [sessionId])) {
      await setEntry(trx, entry.id, { status: 'lapsed' })
      round.passedBy.push({ learnerId: entry.learnerId, why: 'elsewhere' })
    } else round.changes.push(await offer(trx, session, entry, seats.free.shift()))
  }
  round.more = round.passedBy.length > 0
  return round
}

const findFirst = (trx: DbOrTrx, sessionId: string, count: number) =>
  trx
    .selectFrom('waitlist_entry')
    .select(['id', 'learner_id as learnerId'])
    .where('session_id', '=', sessionId)
    .where('status', '=', 'waiting')
    .orderBy('created_at')
    .orderBy('id')
    .limit(count)
    .execute()

async function offer(
  trx: DbOrTrx,
  session: LockedSession,
  entry: { id: string; learnerId: string },
  seat: number | undefined,
): Promise<SeatChange> {
  const bookingId = newId()
  const until = sql<Date>`now() + ${offerMinutes} * interval '1 minute'`
  await trx
    .insertInto('booking')
    .values({
      id: bookingId,
      session_id: session.id,
      session_capacity: session.capacity,
      learner_id: entry.learnerId,
      buyer_id: entry.learnerId,
      seat: seat ?? null,
      status: 'held',
      price_paise: session.pricePaise,
      held_until: until,
    })
    .execute()
  await setEntry(trx, entry.id, { status: 'offered', booking_id: bookingId, offered_until: until })
  return { sessionId: session.id, bookingId, learnerId: entry.learnerId, status: 'held', offer: 'made' }
}

const setEntry = (
  trx: DbOrTrx,
  entryId: string,
  values: { status: 'lapsed' | 'offered'; booking_id?: string; offered_until?: ReturnType<typeof sql<Date>> },
) => trx.updateTable('waitlist_entry').set(values).where('id', '=', entryId).execute()

/** Nobody is offered a seat any more. @returns those who waited */
export async function closeWaitlist(trx: DbOrTrx, sessionId: string): Promise<Round['passedBy']> {
  const rows = await trx
    .updateTable('waitlist_entry')
    .set({ status: 'lapsed' })
    .where('session_id', '=', sessionId)
    .where('status', '=', 'waiting')
    .returning('learner_id')
    .execute()
  return rows.map((row) => ({ learnerId: row.learner_id, why: 'closed' }))
}

const reasons = {
  closed: (title: string) => `Booking for “${title}” has closed before a seat came free.`,
  elsewhere: (title: string) =>
    `A seat in “${title}” came free, but you are in another session at that time. It went to the next.`,
}

const newsOf = ({ id, title }: LockedSession, { learnerId, why }: Round['passedBy'][number]): News => ({
  to: [learnerId],
  note: {
    kind: 'waitlist',
    title: 'You are no longer on the waitlist',
    message: reasons[why](title),
    link: `/sessions/${id}`,
  },
})
