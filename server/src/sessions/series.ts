/** Sessions that repeat: published, changed and cancelled together, all of them or none. */
import { AppError } from '@peerlearn/contract/errors'
import { longestSeries, occurrencesOf, startOn } from '@peerlearn/contract/series'
import type { PlannedDate, Series, seriesRoutes, SeriesRule } from '@peerlearn/contract/series'
import type { BodyOf } from '@peerlearn/contract/route'
import { dayOf } from '@peerlearn/contract/time-zone'
import { sql } from 'kysely'
import { findOutside, refuseOutside } from '../availability/availability.ts'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { TellNow } from '../notifications/notifications.ts'
import { cancelWithSeats } from './cancelling.ts'
import { findConflict, lockAgendas } from './conflicts.ts'
import { lockSession, seatsLeft, type LockedSession } from './queries.ts'
import { requireSound } from './session-rules.ts'
import { applyChange, insertSession, type SessionDeps } from './sessions.ts'

interface When {
  rule: SeriesRule
  timeZone: string
  durationMinutes: number
}

/** The dates that it would have, and what stands in the way of each. @throws AppError `bad-input` */
export async function previewSeries(
  db: DbOrTrx,
  mentorId: string,
  { rule, timeZone, durationMinutes }: When,
): Promise<PlannedDate[]> {
  const spans = requireSome(rule, timeZone).map(({ startsAt }) => ({ startsAt, durationMinutes }))
  const outside = await findOutside(db, mentorId, spans)
  const dates: PlannedDate[] = []
  for (const [i, { startsAt }] of spans.entries()) {
    const conflict = await findConflict(db, mentorId, { startsAt: new Date(startsAt), durationMinutes })
    const past = Date.parse(startsAt) < Date.now()
    dates.push({ startsAt, conflict: conflict?.title ?? null, past, outsideHours: outside[i] ?? false })
  }
  return dates
}

function requireSome(rule: SeriesRule, timeZone: string) {
  const dates = occurrencesOf(rule, timeZone)
  if (dates.length === 0) throw badRule('No day of it lies before its last day.')
  if (dates.length > longestSeries) throw badRule(`A series has ${longestSeries} dates at most.`)
  return dates
}

const badRule = (words: string) => new AppError('bad-input', words, { 'rule.until': words })

/** Publishes all of it. @throws AppError `bad-input`, `time-conflict` that names each date, `outside-hours` */
export async function createSeries(
  db: Db,
  who: Who,
  { rule, timeZone, session, outsideHours }: BodyOf<typeof seriesRoutes.create>,
): Promise<Series> {
  requireSound(session)
  const { durationMinutes } = session
  const seriesId = newId()
  await db.transaction().execute(async (trx) => {
    await lockAgendas(trx, [who.userId])
    const dates = await previewSeries(trx, who.userId, { rule, timeZone, durationMinutes })
    refuseDates(dates)
    if (!outsideHours)
      await refuseOutside(
        trx,
        who.userId,
        dates.map(({ startsAt }) => ({ startsAt, durationMinutes })),
      )
    const row = { id: seriesId, mentor_id: who.userId, rule: JSON.stringify(rule), time_zone: timeZone }
    await trx.insertInto('series').values(row).execute()
    for (const { startsAt } of dates) await insertSession(trx, who.userId, { ...session, startsAt }, seriesId)
  })
  return getSeries(db, seriesId)
}

function refuseDates(dates: PlannedDate[]): void {
  if (dates.some(({ past }) => past))
    throw new AppError('bad-input', 'A series can’t start in the past.', { 'rule.from': 'Lies in the past.' })
  const taken = dates.flatMap(({ startsAt, conflict }) => (conflict ? [[startsAt, conflict] as const] : []))
  if (taken.length > 0)
    throw new AppError(
      'time-conflict',
      taken.length === 1
        ? 'You are elsewhere on one of these dates.'
        : `You are elsewhere on ${taken.length} of these dates.`,
      Object.fromEntries(taken),
    )
}

/** @throws AppError `not-found` */
export async function getSeries(db: DbOrTrx, seriesId: string): Promise<Series> {
  const row = await findSeries(db, seriesId)
  const dates = await db
    .selectFrom('session')
    .select(['session.id as sessionId', 'session.starts_at as startsAt', 'session.status'])
    .select(['session.duration_minutes as durationMinutes', seatsLeft.as('seatsLeft')])
    .where('session.series_id', '=', seriesId)
    .orderBy('session.starts_at')
    .execute()
  return { ...row, dates: dates.map((date) => ({ ...date, startsAt: date.startsAt.toISOString() })) }
}

async function findSeries(db: DbOrTrx, seriesId: string) {
  const row = await db
    .selectFrom('series')
    .select(['id', 'mentor_id as mentorId', 'rule', 'time_zone as timeZone'])
    .where('id', '=', seriesId)
    .$narrowType<{ rule: SeriesRule }>() // as it was parsed when it was written
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such series.')
  return row
}

interface Order {
  seriesId: string
  who: Who
  fromSessionId: string
}

/**
 * This session and those after it that have not started, locked in one order, and their mentor's agenda after them.
 * @throws AppError `not-found`, `forbidden`
 */
async function lockRest(trx: DbOrTrx, { seriesId, who, fromSessionId }: Order): Promise<LockedSession[]> {
  const { mentorId } = await findSeries(trx, seriesId)
  if (mentorId !== who.userId) throw new AppError('forbidden', 'This is another mentor’s series.')
  const rows = await trx
    .selectFrom('session')
    .select('id')
    .where('series_id', '=', seriesId)
    .where('status', '=', 'scheduled')
    .where(
      sql<boolean>`starts_at >= (select starts_at from session first where first.id = ${fromSessionId} and first.series_id = ${seriesId})`,
    )
    .orderBy('id')
    .execute()
  const locked: LockedSession[] = []
  for (const { id } of rows) locked.push(await lockSession(trx, id))
  const rest = locked.filter(({ status }) => status === 'scheduled')
  if (rest.length === 0) throw new AppError('not-found', 'No session of this series is left from there on.')
  await lockAgendas(trx, [mentorId])
  return rest
}

/** @throws AppError `time-conflict`, `bad-input`, `policy-promised`, `capacity-below-seats`: then nothing is changed */
export async function changeSeries(
  deps: SessionDeps,
  order: Order,
  { time, change }: Pick<BodyOf<typeof seriesRoutes.change>, 'time' | 'change'>,
): Promise<Series> {
  const { timeZone } = await findSeries(deps.db, order.seriesId)
  const done = await deps.db.transaction().execute(async (trx) => {
    const rest = await lockRest(trx, order)
    const siblings = rest.map(({ id }) => id)
    const changed: { id: string; tellNow: TellNow }[] = []
    for (const before of rest) {
      const day = dayOf(before.startsAt.getTime(), timeZone).toString()
      const wish = { ...change, ...(time && { startsAt: startOn(day, time, timeZone) }) }
      changed.push({ id: before.id, tellNow: await applyChange(deps, trx, before, wish, siblings) })
    }
    return changed
  })
  for (const { id, tellNow } of done) {
    await tellNow()
    if (change.capacity !== undefined) await deps.offerSeats(id)
  }
  return getSeries(deps.db, order.seriesId)
}

/** Cancels the rest of it; everybody with a seat is told, and has the money back. */
export async function cancelSeries(deps: SessionDeps, order: Order): Promise<Series> {
  const done = await deps.db.transaction().execute(async (trx) => {
    const cancelled: TellNow[] = []
    for (const session of await lockRest(trx, order))
      cancelled.push(await cancelWithSeats(deps, trx, session, 'session-cancelled'))
    await trx
      .updateTable('series')
      .set({ ended_at: sql`now()` })
      .where('id', '=', order.seriesId)
      .execute()
    return cancelled
  })
  for (const tellNow of done) await tellNow()
  return getSeries(deps.db, order.seriesId)
}
