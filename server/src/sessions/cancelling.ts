/** A session that does not take place: its mentor cancels it or never came, or too few people booked. Everybody gets everything back. */
import type { Session } from '@peerlearn/contract/sessions'
import type { DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { nothingToTell, type News, type TellNow } from '../notifications/notifications.ts'
import { timeWords } from '../notifications/time-words.ts'
import { getSession, lockSession, requireOwn, requireStatus, type LockedSession } from './queries.ts'
import type { SessionDeps } from './sessions.ts'
import { findZones, type ZonedPerson } from './zones.ts'

type Because = 'session-cancelled' | 'too-few' | 'mentor-absent'

interface Released {
  /** Who had a seat, or bought one. */
  seated: string[]
  /** Who waited for one. */
  waited: string[]
  /** Whose money comes back, and whose credit of a pack. */
  paid: string[]
  credited: string[]
}

/** Ends every seat of a locked session, and decides that its money goes back: all of it. */
export type ReleaseSeats = (trx: DbOrTrx, session: LockedSession, because: Because) => Promise<Released>

/** Cancels an own session that has not started; everybody with a seat is told. Repeating it is harmless. */
export async function cancelSession(
  deps: SessionDeps,
  { sessionId, who }: { sessionId: string; who: Pick<Who, 'userId'> },
): Promise<Session> {
  const tellNow = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    requireOwn(session, who.userId)
    if (session.status === 'cancelled') return nothingToTell
    requireStatus(session, ['scheduled'])
    return cancelWithSeats(deps, trx, session, 'session-cancelled')
  })
  await tellNow()
  return getSession(deps.db, sessionId)
}

/** The caller holds the lock. @returns tells everybody; for after the commit */
export async function cancelWithSeats(
  { releaseSeats, tell, willTell }: SessionDeps,
  trx: DbOrTrx,
  session: LockedSession,
  because: Because,
): Promise<TellNow> {
  await trx
    .updateTable('session')
    .set({ status: 'cancelled', cancelled_because: because })
    .where('id', '=', session.id)
    .execute()
  const released = await releaseSeats(trx, session, because)
  const people = await findZones(trx, [session.mentorId, ...released.seated, ...released.waited])
  const tellNotes = await willTell(trx, newsOf(session, because, released, people))
  const { id: sessionId, title } = session
  return () => {
    tell.people(released.seated, 'session.cancelled', { sessionId, title })
    return tellNotes()
  }
}

const why: Record<Because, string> = {
  'session-cancelled': 'will not take place.',
  'too-few': 'will not take place: too few people booked it.',
  'mentor-absent': 'did not take place: its mentor did not come.',
}

function newsOf(
  session: LockedSession,
  because: Because,
  { seated, waited, paid, credited }: Released,
  people: ZonedPerson[],
): News[] {
  const { id, title, mentorId, startsAt } = session
  const mentor = people.find((one) => one.id === mentorId)?.name
  const back = (who: string) =>
    [
      ...(paid.includes(who) ? [' What you paid for it comes back.'] : []),
      ...(credited.includes(who) ? [' Your credit comes back.'] : []),
    ].join('')
  const told = (who: string, { by = '', rest = '', calendarOf }: Telling): News[] =>
    people
      .filter((one) => one.id === who)
      .map(({ timeZone }) => ({
        to: [who],
        note: {
          kind: 'session',
          title: 'A session was cancelled',
          message: `“${title}”${by} on ${timeWords(startsAt, timeZone)} ${why[because]}${rest}`,
          link: `/sessions/${id}`,
          key: `cancelled:${id}`,
          calendarOf,
        },
      }))
  return [
    ...seated.flatMap((who) => told(who, { by: ` with ${mentor}`, rest: back(who), calendarOf: id })),
    ...waited.flatMap((who) => told(who, { rest: ' You wait for it no longer.' })),
    ...(because === 'session-cancelled' ? [] : told(mentorId, {})),
  ]
}

interface Telling {
  by?: string
  rest?: string
  calendarOf?: string
}
