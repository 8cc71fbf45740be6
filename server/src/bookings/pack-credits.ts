/** Credits of a pack: used when a seat is booked, given back when it ends in time. A constraint has the last word. */
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

/**
 * Uses so many credits of the person's own pack of this mentor. The last credit is worth what is left of the pack's
 * price, each other one its even part. @returns what each is worth, in paise
 * @throws AppError `pack-empty` in words that say why
 */
export async function useCredits(
  trx: DbOrTrx,
  packId: string,
  session: { mentorId: string },
  who: { userId: string },
  count: number,
): Promise<number[]> {
  const pack = await trx
    .selectFrom('pack')
    .innerJoin('purchase', 'purchase.id', 'pack.purchase_id')
    .select(['pack.credits', 'pack.used', 'pack.mentor_id as mentorId', 'purchase.amount_paise as paise'])
    .select(sql<boolean>`pack.expires_at <= now()`.as('over'))
    .where('pack.id', '=', packId)
    .where('pack.learner_id', '=', who.userId)
    .forNoKeyUpdate('pack')
    .executeTakeFirst()
  if (pack?.mentorId !== session.mentorId)
    throw refused('This is no pack of yours for this mentor’s sessions.')
  if (pack.over) throw refused('This pack has expired.')
  const { restPaise, givenBackPaise } = await findWorth(trx, packId)
  if (givenBackPaise > 0 && restPaise <= 0)
    throw refused('The money for the rest of this pack was given back.')
  const left = pack.credits - pack.used
  if (left < count) throw refused(left === 0 ? 'This pack is used up.' : `This pack has ${left} left.`)
  await trx
    .updateTable('pack')
    .set({ used: sql`used + ${count}::int` })
    .where('id', '=', packId)
    .execute()
  const each = Math.floor(pack.paise / pack.credits)
  const worths = Array.from({ length: count }, () => each)
  if (left === count) worths[count - 1] = Math.max(0, restPaise - each * (count - 1))
  return worths
}

/** What the pack's credits are worth that no seat has, and what came back of the pack before. */
export async function findWorth(trx: DbOrTrx, packId: string) {
  return trx
    .selectFrom('pack')
    .innerJoin('purchase', 'purchase.id', 'pack.purchase_id')
    .select(givenBack.as('givenBackPaise'))
    .select(sql<number>`purchase.amount_paise - ${spent} - ${givenBack}`.as('restPaise'))
    .where('pack.id', '=', packId)
    .executeTakeFirstOrThrow()
}

/** Of the pack itself; what came back for one of its seats is that seat's matter. */
const givenBack = sql<number>`(select coalesce(sum(refund.amount_paise), 0)::int
  from payment join refund on refund.payment_id = payment.id
  where payment.purchase_id = pack.purchase_id and not payment.surplus
    and refund.booking_id is null and refund.status <> 'void')`

/** What its seats are worth together, those whose credit did not come back included. */
const spent = sql<number>`(select coalesce(sum(paid_paise), 0)::int from booking where booking.pack_id = pack.id)`

/** Was the money for its unused credits given back? Then they are void: useCredits refuses them. */
export const isPaidBack = sql<boolean>`(${givenBack} > 0 and purchase.amount_paise - ${spent} - ${givenBack} <= 0
  and (select count(*) from booking where booking.pack_id = pack.id and paid_paise > 0) < pack.credits)`

const usable = sql<Date>`greatest(expires_at, now() + interval '30 days')`

/**
 * Of a session that does not take place: every credit comes back, of seats given back too late as well. A pack that ran
 * out meanwhile is good again for a month: its learner could do nothing about it.
 */
export async function giveAllCreditsBack(trx: DbOrTrx, sessionId: string): Promise<void> {
  const seats = await trx
    .selectFrom('booking')
    .select(['id', 'pack_id'])
    .where('session_id', '=', sessionId)
    .where('pack_id', 'is not', null)
    .where('paid_paise', '>', 0)
    .execute()
  await giveCreditsBack(trx, seats, { expires_at: usable })
}

/** One credit for each time that a pack is named; their seats are worth nothing from now on. */
export async function giveCreditsBack(
  trx: DbOrTrx,
  seats: { id: string; pack_id: string | null }[],
  renewed: { expires_at?: typeof usable } = {},
): Promise<void> {
  const of = Map.groupBy(
    seats.filter((seat) => seat.pack_id !== null),
    (seat) => seat.pack_id ?? '',
  )
  for (const [packId, back] of [...of].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    await trx
      .updateTable('pack')
      .set({ used: sql`used - ${back.length}::int`, ...renewed })
      .where('id', '=', packId)
      .execute()
    await trx
      .updateTable('booking')
      .set({ paid_paise: 0 })
      .where(
        'id',
        'in',
        back.map(({ id }) => id),
      )
      .execute()
  }
}

const refused = (words: string) => new AppError('pack-empty', words, { packId: words })
