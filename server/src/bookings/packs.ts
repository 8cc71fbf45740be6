/** Packs: what a mentor offers, what a learner buys, what is left of it. */
import type { Purchase } from '@peerlearn/contract/bookings'
import { AppError } from '@peerlearn/contract/errors'
import type { Pack, PackOffer, packRoutes } from '@peerlearn/contract/packs'
import type { BodyOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { lockAgendas } from '../sessions/conflicts.ts'
import { isPaidBack } from './pack-credits.ts'
import { getPurchase } from './purchase-queries.ts'

/** What this mentor sells, newest first. */
export async function findOffers(db: DbOrTrx, mentorId: string): Promise<PackOffer[]> {
  const rows = await selectOffers(db)
    .where('pack_offer.mentor_id', '=', mentorId)
    .where('pack_offer.ended_at', 'is', null)
    .orderBy('pack_offer.created_at', 'desc')
    .limit(50)
    .execute()
  return rows
}

const selectOffers = (db: DbOrTrx) =>
  db
    .selectFrom('pack_offer')
    .innerJoin('account as mentor', 'mentor.id', 'pack_offer.mentor_id')
    .select([
      'pack_offer.id',
      'pack_offer.mentor_id as mentorId',
      'mentor.name as mentorName',
      'pack_offer.title',
    ])
    .select([
      'pack_offer.credits',
      'pack_offer.price_paise as pricePaise',
      'pack_offer.valid_days as validDays',
    ])
    .select(
      sql<number>`(select count(*) from purchase where pack_offer_id = pack_offer.id and status = 'paid')::int`.as(
        'sold',
      ),
    )

export async function offerPack(
  db: Db,
  who: Who,
  { title, credits, pricePaise, validDays }: BodyOf<typeof packRoutes.offer>,
): Promise<PackOffer> {
  const id = newId()
  await db
    .insertInto('pack_offer')
    .values({ id, mentor_id: who.userId, title, credits, price_paise: pricePaise, valid_days: validDays })
    .execute()
  return selectOffers(db).where('pack_offer.id', '=', id).executeTakeFirstOrThrow()
}

/** @throws AppError `not-found` for another's */
export async function endOffer(db: Db, who: Who, offerId: string): Promise<Record<string, never>> {
  const ended = await db
    .updateTable('pack_offer')
    .set({ ended_at: sql`coalesce(ended_at, now())` })
    .where('id', '=', offerId)
    .where('mentor_id', '=', who.userId)
    .returning('id')
    .executeTakeFirst()
  if (!ended) throw noOffer()
  return {}
}

/** A purchase of the pack, to be paid within half an hour; the person's open one is answered again. */
export async function buyPack(db: Db, who: Who, offerId: string): Promise<Purchase> {
  const purchaseId = await db.transaction().execute(async (trx) => {
    const offer = await trx
      .selectFrom('pack_offer')
      .select(['mentor_id', 'price_paise', 'ended_at'])
      .where('id', '=', offerId)
      .executeTakeFirst()
    if (!offer || offer.ended_at) throw noOffer()
    if (offer.mentor_id === who.userId) throw new AppError('own-session', 'These are your own sessions.')
    // Two clicks at once make one purchase.
    await lockAgendas(trx, [who.userId])
    return (await findOpen(trx, who.userId, offerId)) ?? (await openPack(trx, who.userId, offerId, offer))
  })
  return getPurchase(db, purchaseId, who.userId)
}

/** One with a few minutes left to pay. */
async function findOpen(trx: DbOrTrx, userId: string, offerId: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('purchase')
    .select('id')
    .where('buyer_id', '=', userId)
    .where('pack_offer_id', '=', offerId)
    .where('status', '=', 'open')
    .where(sql<boolean>`held_until > now() + interval '5 minutes'`)
    .executeTakeFirst()
  return row?.id
}

async function openPack(
  trx: DbOrTrx,
  userId: string,
  offerId: string,
  offer: { mentor_id: string; price_paise: number },
): Promise<string> {
  const id = newId()
  await trx
    .insertInto('purchase')
    .values({
      id,
      buyer_id: userId,
      mentor_id: offer.mentor_id,
      pack_offer_id: offerId,
      quantity: 1,
      list_paise: offer.price_paise,
      amount_paise: offer.price_paise,
      status: 'open',
      held_until: sql`now() + interval '30 minutes'`,
    })
    .execute()
  return id
}

/** The person's packs: those that can be used, the next to expire first; then the others. */
export async function findPacks(db: DbOrTrx, userId: string): Promise<Pack[]> {
  const rows = await db
    .selectFrom('pack')
    .innerJoin('purchase', 'purchase.id', 'pack.purchase_id')
    .innerJoin('pack_offer', 'pack_offer.id', 'purchase.pack_offer_id')
    .innerJoin('account as mentor', 'mentor.id', 'pack.mentor_id')
    .select(['pack.id', 'pack_offer.title', 'pack.mentor_id as mentorId', 'mentor.name as mentorName'])
    .select(['pack.credits', 'pack.expires_at', isPaidBack.as('refunded')])
    .select(sql<number>`case when ${isPaidBack} then 0 else pack.credits - pack.used end`.as('left'))
    .select(sql<boolean>`pack.expires_at <= now()`.as('expired'))
    .where('pack.learner_id', '=', userId)
    .orderBy(sql`(pack.expires_at > now() and pack.used < pack.credits and not ${isPaidBack})`, 'desc')
    .orderBy('pack.expires_at')
    .limit(100)
    .execute()
  return rows.map(({ expires_at, ...pack }) => ({ ...pack, expiresAt: expires_at.toISOString() }))
}

const noOffer = () => new AppError('not-found', 'This pack is not sold any more.')
