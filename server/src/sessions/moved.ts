/** A session has a new time. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import type { TellNow, WillTell } from '../notifications/notifications.ts'
import { timeWords } from '../notifications/time-words.ts'

/** Who has a seat hears of the new time, in their own zone, and their calendars too. Call it once that is written. */
export async function tellMoved(
  { willTell }: { willTell: WillTell },
  trx: DbOrTrx,
  id: string,
): Promise<TellNow> {
  const { title, startsAt, mentorName } = await findTime(trx, id)
  const noteFor = (seated: Seated) =>
    ({
      kind: 'session',
      title: 'A session has moved',
      message: `“${title}” with ${mentorName} has a new time: ${timeWords(startsAt, seated.timeZone)}. If it does not suit you, ${wayOut(seated)}`,
      link: `/sessions/${id}`,
      calendarOf: id,
    }) as const
  const people = await findSeated(trx, id)
  return willTell(
    trx,
    people.map((one) => ({ to: [one.id], note: noteFor(one) })),
  )
}

/** What comes back goes to who bought the seat, as it was paid. */
function wayOut({ cost, invitedBy }: Seated): string {
  if (cost === 'nothing') return 'give your seat back, and somebody else can have it.'
  if (invitedBy !== null) return `give your seat back to ${invitedBy}, who bought it.`
  if (cost === 'credit') return 'give your seat back: its credit goes back to your pack.'
  return 'give your seat back: all that you paid for it comes back.'
}

type Seated = Awaited<ReturnType<typeof findSeated>>[number]

/** Everybody with a seat, what it cost, and who invited them. */
const findSeated = (trx: DbOrTrx, id: string) =>
  trx
    .selectFrom('booking')
    .innerJoin('account', 'account.id', 'booking.learner_id')
    .innerJoin('account as buyer', 'buyer.id', 'booking.buyer_id')
    .select(['account.id', 'account.time_zone as timeZone'])
    .select(
      sql<'money' | 'credit' | 'nothing'>`case when booking.pack_id is not null then 'credit'
        when booking.paid_paise > 0 then 'money' else 'nothing' end`.as('cost'),
    )
    .select(sql<string | null>`case when buyer.id <> account.id then buyer.name end`.as('invitedBy'))
    .where('booking.session_id', '=', id)
    .where('booking.status', '=', 'confirmed')
    .orderBy('account.id')
    .execute()

const findTime = (trx: DbOrTrx, id: string) =>
  trx
    .selectFrom('session')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select(['session.title', 'session.starts_at as startsAt', 'mentor.name as mentorName'])
    .where('session.id', '=', id)
    .executeTakeFirstOrThrow()
