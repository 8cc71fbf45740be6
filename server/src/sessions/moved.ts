/** A session has a new time. */
import type { DbOrTrx } from '../db.ts'
import type { TellNow, WillTell } from '../notifications/notifications.ts'
import { timeWords } from '../notifications/time-words.ts'
import { findSeatHolders } from './seats.ts'
import { findZones } from './zones.ts'

/** Who has a seat hears of the new time, in their own zone, and their calendars too. Call it once that is written. */
export async function tellMoved(
  { willTell }: { willTell: WillTell },
  trx: DbOrTrx,
  id: string,
): Promise<TellNow> {
  const { title, startsAt, mentorName } = await findTime(trx, id)
  const noteIn = (timeZone: string) =>
    ({
      kind: 'session',
      title: 'A session has moved',
      message: `“${title}” with ${mentorName} has a new time: ${timeWords(startsAt, timeZone)}. If it does not suit you, give your seat back: all that you paid for it comes back.`,
      link: `/sessions/${id}`,
      calendarOf: id,
    }) as const
  const people = await findZones(trx, await findSeatHolders(trx, id))
  return willTell(
    trx,
    people.map((one) => ({ to: [one.id], note: noteIn(one.timeZone) })),
  )
}

const findTime = (trx: DbOrTrx, id: string) =>
  trx
    .selectFrom('session')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select(['session.title', 'session.starts_at as startsAt', 'mentor.name as mentorName'])
    .where('session.id', '=', id)
    .executeTakeFirstOrThrow()
