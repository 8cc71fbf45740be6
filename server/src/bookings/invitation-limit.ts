/**
 * Mails that cost nothing go to anybody's mailbox, so they are counted; who pays money for the seats sends no more than
 * they bought. A pack's credit comes back with its seat, and could send the next: its guests are counted too.
 */
import type { DbOrTrx } from '../db.ts'
import type { Limits } from '../rate-limit.ts'
import type { Wish } from './bookings.ts'
import { quoteSeats } from './coupons.ts'

interface Deps {
  limits: Pick<Limits, 'count' | 'giveBack'>
}

/** How many of the guests are invited for no money, as it looks before anything is locked. @throws AppError `coupon-refused` */
export async function freeInvitations(
  db: DbOrTrx,
  sessionId: string,
  { self, guests, coupon, packId }: Wish,
): Promise<number> {
  if (guests.length === 0 || packId !== undefined) return guests.length
  const seats = guests.length + Number(self)
  const { amountPaise } = await quoteSeats(db, sessionId, { seats, coupon })
  return amountPaise === 0 ? guests.length : 0
}

/**
 * Counts so many invitations at once, and none of them when `seat` fails. Call it before anything is locked: who counts
 * may take a second to answer. @throws AppError `too-many-requests`
 */
export async function countingInvitations<T>(
  { limits }: Deps,
  { buyerId, count }: { buyerId: string; count: number },
  seat: () => Promise<T>,
): Promise<T> {
  if (count === 0) return seat()
  await limits.count('invitation', buyerId, count)
  try {
    return await seat()
  } catch (error) {
    await limits.giveBack('invitation', buyerId, count)
    throw error
  }
}
