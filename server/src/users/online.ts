/** A mentor sees which of their coming learners are here. */
import type { Logger } from 'pino'
import type { DbOrTrx } from '../db.ts'
import type { Tell } from '../sockets.ts'

interface OnlineDeps {
  db: DbOrTrx
  tell: Tell
  log: Logger
}

/** The mentors of the sessions to come in which this learner has a seat. */
const findMentorsOf = (db: DbOrTrx, learnerId: string) =>
  db
    .selectFrom('booking')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .select('session.mentor_id as mentorId')
    .distinct()
    .where('booking.learner_id', '=', learnerId)
    .where('booking.seat', 'is not', null)
    .where('session.status', 'in', ['scheduled', 'live'])
    .execute()

export const tellOnline =
  ({ db, tell, log }: OnlineDeps) =>
  (userId: string, online: boolean): void => {
    findMentorsOf(db, userId)
      .then((rows) =>
        tell.people(
          rows.map((row) => row.mentorId),
          'user.online',
          { userId, online },
        ),
      )
      .catch((err: unknown) => log.warn({ err }, 'nobody was told who is online'))
  }
