/** What the demo's people have done: planned, booked, bought and taught, by the product's own features. */
import type { Db } from '../db.ts'
import { findEverybody, openDesk, type DemoSettings } from './desk.ts'
import { makePlans } from './plans.ts'
import { tradeSeats } from './trade.ts'

/**
 * Call it once, after seedDemo. Without a payment sandbox (RAZORPAY_API_URL) nothing is bought.
 * @throws AppError of whatever was refused; what was done until then stays, and is sound
 */
export async function playDemo(db: Db, settings: DemoSettings, now: Date): Promise<void> {
  const desk = openDesk(db, settings)
  const find = await findEverybody(db)
  const plans = await makePlans(desk, find, now)
  if (settings.RAZORPAY_API_URL) await tradeSeats(desk, find, { ...plans, now })
  // They have read what they were told of all this.
  await db.updateTable('notification').set({ read_at: now }).execute()
}
