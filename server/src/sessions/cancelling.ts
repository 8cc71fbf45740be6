/** A session that does not take place: its mentor cancels it or never came, or too few people booked. Everybody gets everything back. */
import type { Session } from '@peerlearn/contract/sessions'
import type { DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import { getSession, lockSession, requireOwn, requireStatus, type LockedSession } from './queries.ts'
import type { SessionDeps } from './sessions.ts'

type Because = Released['because']

export interface Released {
  /** Who had a seat, or bought one. */
  seated: string[]
  /** Who waited for one. */
  waited: string[]
  because: 'session-cancelled' | 'too-few' | 'mentor-absent'
  mentorId: string
}

/** Ends every seat of a locked session, and decides that its money goes back: all of it. */
export type ReleaseSeats = (
  trx: DbOrTrx,
  session: LockedSession,
  because: Because,
) => Promise<Pick<Released, 'seated' | 'waited'>>

/** Cancels an own session that has not started; everybody with a seat is told. Repeating it is harmless. */
export async function cancelSession(
  deps: SessionDeps,
  { sessionId, who }: { sessionId: string; who: Pick<Who, 'userId'> },
): Promise<Session> {
  const released = await deps.db.transaction().execute(async (trx) => {
    const session = await lockSession(trx, sessionId)
    requireOwn(session, who.userId)
    if (session.status === 'cancelled') return undefined
    requireStatus(session, ['scheduled'])
    return cancelWithSeats(deps, trx, session, 'session-cancelled')
  })
  if (released) await tellCancelled(deps, sessionId, released)
  return getSession(deps.db, sessionId)
}

/** The caller holds the lock, and calls tellCancelled after the commit. */
export async function cancelWithSeats(
  { releaseSeats }: SessionDeps,
  trx: DbOrTrx,
  session: LockedSession,
  because: Because,
): Promise<Released> {
  await trx
    .updateTable('session')
    .set({ status: 'cancelled', cancelled_because: because })
    .where('id', '=', session.id)
    .execute()
  return { ...(await releaseSeats(trx, session, because)), because, mentorId: session.mentorId }
}

const why: Record<Because, string> = {
  'session-cancelled': 'will not take place.',
  'too-few': 'will not take place: too few people booked it.',
  'mentor-absent': 'did not take place: its mentor did not come.',
}

export async function tellCancelled(deps: SessionDeps, sessionId: string, released: Released): Promise<void> {
  const { title } = await getSession(deps.db, sessionId)
  deps.tell.people(released.seated, 'session.cancelled', { sessionId, title })
  await notifyCancelled(deps, sessionId, released)
}

/** Of servers that died before they told: nobody is told twice. */
export const cancelJobs = (deps: SessionDeps): JobHandlers => ({
  'session.tell-cancelled': async ({ sessionId, ...released }) => {
    const { mentor } = await getSession(deps.db, sessionId)
    await notifyCancelled(deps, sessionId, { ...released, mentorId: mentor.id })
  },
})

async function notifyCancelled(
  { db, notify, invite }: SessionDeps,
  sessionId: string,
  { seated, waited, because, mentorId }: Released,
): Promise<void> {
  const { title, pricePaise } = await getSession(db, sessionId)
  const shared = {
    kind: 'session',
    title: 'A session was cancelled',
    link: `/sessions/${sessionId}`,
    key: `cancelled:${sessionId}`,
  } as const
  const words = `“${title}” ${why[because]}`
  const back = pricePaise > 0 ? ' What you paid for it comes back.' : ''
  for (const userId of seated) {
    const calendar = await invite(db, sessionId, userId)
    await notify([userId], { ...shared, message: `${words}${back}`, ...(calendar && { calendar }) })
  }
  await notify(waited, { ...shared, message: `${words} You wait for it no longer.` })
  if (because !== 'session-cancelled') await notify([mentorId], { ...shared, message: words })
}
