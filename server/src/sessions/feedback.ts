/** What learners say about a session once it has ended. */
import { AppError } from '@peerlearn/contract/errors'
import type { sessionRoutes } from '@peerlearn/contract/sessions'
import type { BodyOf, ResponseOf } from '@peerlearn/contract/route'
import { newId, violates, type Db } from '../db.ts'
import type { Who } from '../http.ts'
import { getSession } from './queries.ts'
import { findBookingOf } from './seats.ts'

type Given = BodyOf<typeof sessionRoutes.feedback>

/** Keeps the feedback of somebody who had a seat. @throws AppError `not-booked`, `not-open`, `already-given` */
export async function giveFeedback(
  db: Db,
  { sessionId, who }: { sessionId: string; who: Who },
  { rating, comment }: Given,
): Promise<ResponseOf<typeof sessionRoutes.feedback>> {
  const session = await getSession(db, sessionId)
  const booking = await findBookingOf(db, sessionId, who.userId)
  if (booking?.status !== 'confirmed')
    throw new AppError('not-booked', 'Feedback is for those who had a seat in this session.')
  if (session.status !== 'ended') throw new AppError('not-open', 'Feedback opens when the session has ended.')
  const id = newId()
  const { created_at: createdAt } = await db
    .insertInto('feedback')
    .values({ id, session_id: sessionId, account_id: who.userId, rating, comment })
    .returning('created_at')
    .executeTakeFirstOrThrow()
    .catch((error: unknown) => {
      throw violates(error, 'feedback_session_id_account_id_key')
        ? new AppError('already-given', 'You gave your feedback on this session already.')
        : error
    })
  return { id, name: who.name, rating, comment, createdAt: createdAt.toISOString() }
}
