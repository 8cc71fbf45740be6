/** The calendar part of a mail about a session: what it asks for is what is true now. */
import type { DbOrTrx } from '../db.ts'
import { toInvitation, type CalendarPlace } from './events.ts'
import { findCalendarSession } from './queries.ts'

/** An iCalendar text with its METHOD for this person: REQUEST while they have a seat, else CANCEL. */
export type Invite = (db: DbOrTrx, sessionId: string, userId: string) => Promise<string | undefined>

export const createInvite =
  (place: CalendarPlace): Invite =>
  async (db, sessionId, userId) => {
    const session = await findCalendarSession(db, sessionId, userId)
    const account = await db
      .selectFrom('account')
      .select(['email', 'name'])
      .where('id', '=', userId)
      .executeTakeFirst()
    return session && account && toInvitation(session, account, place)
  }
