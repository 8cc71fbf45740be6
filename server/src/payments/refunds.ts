/** Captured money without a seat goes back: a payment that came too late, or a session that was cancelled. */
import { sql } from 'kysely'
import type { Db } from '../db.ts'
import type { Notify } from '../notifications/notifications.ts'
import type { Gateway } from './gateway.ts'

export interface RefundDeps {
  db: Db
  notify: Notify
  gateway: Gateway
}

/**
 * Refunds what is due, one by one, each once: its row stays locked while Razorpay is asked, and the key makes a repeat
 * harmless. One that fails is tried again in a later sweep, after the others.
 */
export async function refundSeatless(deps: RefundDeps): Promise<void> {
  for (let left = 20; left > 0 && (await refundOne(deps)); left--);
}

/** @returns whether there was one. @throws AppError `payment-unavailable` */
async function refundOne({ db, notify, gateway }: RefundDeps): Promise<boolean> {
  const { refunded, failure } = await db.transaction().execute(async (trx) => {
    const due = await trx
      .selectFrom('payment')
      .innerJoin('booking', 'booking.id', 'payment.booking_id')
      .innerJoin('session', 'session.id', 'booking.session_id')
      .select(['payment.id', 'payment.payment_id as paymentId', 'payment.amount_paise as amountPaise'])
      .select(['payment.account_id as accountId', 'session.id as sessionId', 'session.title'])
      .where('payment.status', '=', 'captured')
      .where('booking.status', 'in', ['expired', 'cancelled'])
      .$narrowType<{ paymentId: string }>()
      .orderBy('payment.updated_at')
      .limit(1)
      .forUpdate('payment')
      .skipLocked()
      .executeTakeFirst()
    if (!due) return {}
    const failure = await refund(gateway, due)
    await trx
      .updateTable('payment')
      .set({ ...(!failure && { status: 'refunded' }), updated_at: sql`now()` })
      .where('id', '=', due.id)
      .execute()
    return failure ? { failure } : { refunded: due }
  })
  if (failure) throw failure
  if (!refunded) return false
  await notify([refunded.accountId], {
    title: 'Your money is on its way back',
    message: `There was no seat for your payment for “${refunded.title}”. All of it is being refunded.`,
    link: `/sessions/${refunded.sessionId}`,
  })
  return true
}

/** @returns why it failed */
const refund = (gateway: Gateway, { id, paymentId, amountPaise }: Due): Promise<Error | undefined> =>
  gateway.refund(paymentId, amountPaise, `refund-${id}`).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )

interface Due {
  id: string
  paymentId: string
  amountPaise: number
}
