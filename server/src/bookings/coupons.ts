/** A mentor's coupons; and what a price comes to with one. */
import type { Quote } from '@peerlearn/contract/bookings'
import type { Coupon, couponRoutes } from '@peerlearn/contract/coupons'
import { AppError } from '@peerlearn/contract/errors'
import type { BodyOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { newId, violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { getSession, requireOwn } from '../sessions/queries.ts'
import { findDiscount } from './coupon-uses.ts'

const selectCoupons = (db: DbOrTrx) =>
  db
    .selectFrom('coupon')
    .leftJoin('session', 'session.id', 'coupon.session_id')
    .select(['coupon.id', 'coupon.code', 'coupon.percent', 'coupon.amount_paise as amountPaise'])
    .select(['coupon.session_id as sessionId', 'session.title as sessionTitle', 'coupon.max_uses as maxUses'])
    .select(['coupon.uses', 'coupon.valid_until as validUntil', 'coupon.created_at as createdAt'])

type Row = Awaited<ReturnType<ReturnType<typeof selectCoupons>['execute']>>[number]

const toCoupon = ({ validUntil, createdAt, ...coupon }: Row): Coupon => ({
  ...coupon,
  validUntil: validUntil?.toISOString() ?? null,
  createdAt: createdAt.toISOString(),
})

export async function findCoupons(db: DbOrTrx, mentorId: string): Promise<Coupon[]> {
  const rows = await selectCoupons(db)
    .where('coupon.mentor_id', '=', mentorId)
    .where('coupon.ended_at', 'is', null)
    .orderBy('coupon.created_at', 'desc')
    .limit(200)
    .execute()
  return rows.map(toCoupon)
}

/** @throws AppError `bad-input` when the code is taken, `forbidden` for another's session */
export async function makeCoupon(db: Db, who: Who, wish: BodyOf<typeof couponRoutes.make>): Promise<Coupon> {
  if (wish.sessionId) {
    const session = await getSession(db, wish.sessionId)
    requireOwn({ mentorId: session.mentor.id }, who.userId)
  }
  const id = newId()
  await db
    .insertInto('coupon')
    .values({
      id,
      mentor_id: who.userId,
      code: wish.code,
      percent: wish.percent,
      amount_paise: wish.amountPaise,
      session_id: wish.sessionId,
      max_uses: wish.maxUses,
      valid_until: wish.validUntil,
    })
    .execute()
    .catch((error: unknown) => {
      throw violates(error, 'coupon_mentor_id_code_key') ? codeTaken() : error
    })
  return toCoupon(await selectCoupons(db).where('coupon.id', '=', id).executeTakeFirstOrThrow())
}

const codeTaken = () =>
  new AppError('bad-input', 'You have used this code before. Choose another one.', { code: 'Used before.' })

/** @throws AppError `not-found` for another's */
export async function endCoupon(db: Db, who: Who, couponId: string): Promise<Record<string, never>> {
  const ended = await db
    .updateTable('coupon')
    .set({ ended_at: sql`coalesce(ended_at, now())` })
    .where('id', '=', couponId)
    .where('mentor_id', '=', who.userId)
    .returning('id')
    .executeTakeFirst()
  if (!ended) throw new AppError('not-found', 'There is no such coupon of yours.')
  return {}
}

/** What so many seats would cost now. @throws AppError `coupon-refused` */
export async function quoteSeats(
  db: DbOrTrx,
  sessionId: string,
  { seats, coupon }: { seats: number; coupon?: string | undefined },
): Promise<Quote> {
  const { mentor, pricePaise } = await getSession(db, sessionId)
  const listPaise = pricePaise * seats
  if (coupon === undefined || listPaise === 0)
    return { listPaise, discountPaise: 0, amountPaise: listPaise, couponCode: null }
  const { code, paise } = await findDiscount(db, { id: sessionId, mentorId: mentor.id }, coupon, listPaise)
  return { listPaise, discountPaise: paise, amountPaise: listPaise - paise, couponCode: code }
}
