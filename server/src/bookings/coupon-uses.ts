/** A coupon's uses: taken when a purchase is made, given back when it is not paid. A constraint has the last word. */
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { violates, type DbOrTrx } from '../db.ts'

/** Locks these coupons until the transaction ends, always in the same order: after sessions, before agendas. */
export async function lockCoupons(trx: DbOrTrx, couponIds: (string | null)[]): Promise<void> {
  const ids = [...new Set(couponIds.filter((id) => id !== null))]
  if (ids.length === 0) return
  await trx.selectFrom('coupon').select('id').where('id', 'in', ids).orderBy('id').forNoKeyUpdate().execute()
}

export interface Discount {
  couponId: string
  code: string
  paise: number
}

/**
 * What a code takes off this price for seats of this session. What would be left below one rupee is waived: nobody can
 * pay that. @throws AppError `coupon-refused` in words that say why
 */
export async function findDiscount(
  db: DbOrTrx,
  session: { id: string; mentorId: string },
  code: string,
  listPaise: number,
): Promise<Discount> {
  const coupon = await db
    .selectFrom('coupon')
    .select(['id', 'code', 'percent', 'amount_paise', 'session_id', 'ended_at'])
    .select(sql<boolean>`valid_until <= now()`.as('over'))
    .select(sql<boolean>`max_uses is not null and uses >= max_uses`.as('usedUp'))
    .where('mentor_id', '=', session.mentorId)
    .where('code', '=', code)
    .executeTakeFirst()
  if (!coupon || coupon.ended_at) throw refused('This coupon is not one of this mentor’s.')
  if (coupon.session_id && coupon.session_id !== session.id)
    throw refused('This coupon is for another session.')
  if (coupon.over) throw refused('This coupon is no longer valid.')
  if (coupon.usedUp) throw usedUp()
  const off =
    coupon.percent === null ? (coupon.amount_paise ?? 0) : Math.floor((listPaise * coupon.percent) / 100)
  const paise = listPaise - off < 100 ? listPaise : off
  return { couponId: coupon.id, code: coupon.code, paise }
}

/** @throws AppError `coupon-refused` when there is none left */
export async function takeCoupon(trx: DbOrTrx, couponId: string): Promise<void> {
  await trx
    .updateTable('coupon')
    .set({ uses: sql`uses + 1` })
    .where('id', '=', couponId)
    .execute()
    .catch((error: unknown) => {
      throw violates(error, 'coupon_uses') ? usedUp() : error
    })
}

/** Takes a use if there is one, without spoiling the transaction. */
export async function tryCoupon(trx: DbOrTrx, couponId: string): Promise<boolean> {
  const taken = await trx
    .updateTable('coupon')
    .set({ uses: sql`uses + 1` })
    .where('id', '=', couponId)
    .where(sql<boolean>`(max_uses is null or uses < max_uses)`)
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

/** One use for each time that a coupon is named. They are locked. */
export async function giveCouponsBack(trx: DbOrTrx, couponIds: string[]): Promise<void> {
  const uses = Map.groupBy(couponIds, (id) => id)
  for (const [id, { length }] of [...uses].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    await trx
      .updateTable('coupon')
      .set({ uses: sql`uses - ${length}::int` })
      .where('id', '=', id)
      .execute()
}

const refused = (words: string) => new AppError('coupon-refused', words, { coupon: words })
const usedUp = () => refused('This coupon has been used up.')
