/** Coupons: a mentor's own discount, on one session or on all of theirs. */
import { z } from 'zod'
import { id, instant, nothing, paise } from './base.ts'
import { couponCode } from './bookings.ts'
import { route } from './route.ts'

const terms = {
  code: couponCode,
  percent: z.number().int().min(1).max(100).nullable(),
  amountPaise: paise.min(1).nullable(),
  /** null: good for all of the mentor's sessions. */
  sessionId: id.nullable(),
  maxUses: z.number().int().min(1).max(100_000).nullable(),
  validUntil: instant.nullable(),
}

export const coupon = z
  .strictObject({
    id,
    ...terms,
    sessionTitle: z.string().nullable(),
    uses: z.number().int(),
    createdAt: instant,
  })
  .meta({ id: 'Coupon' })
export type Coupon = z.infer<typeof coupon>

export const couponRoutes = {
  mine: route({
    method: 'get',
    path: '/api/coupons',
    access: 'mentor',
    limit: 'sessions',
    summary: 'My coupons that have not ended, newest first',
    response: z.strictObject({ items: z.array(coupon) }),
  }),
  make: route({
    method: 'post',
    path: '/api/coupons',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Make a coupon: a percentage or an amount',
    body: z
      .strictObject(terms)
      .refine(({ percent, amountPaise }) => (percent === null) !== (amountPaise === null), {
        path: ['percent'],
        message: 'Either a percentage or an amount.',
      }),
    response: coupon,
    status: 201,
  }),
  end: route({
    method: 'delete',
    path: '/api/coupons/:id',
    access: 'mentor',
    limit: 'sessions',
    summary: 'End a coupon of mine; repeating it is harmless',
    params: z.strictObject({ id }),
    response: nothing,
  }),
}
