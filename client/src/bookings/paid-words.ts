/** What a seat cost the person who looks at it. */
import type { BookedSession } from '@peerlearn/contract/bookings'
import { money } from '../lib/money.ts'
import { holdsSeat } from './state.ts'

/** Nothing for who did not buy it, and for a seat that was let go before anything was paid. */
export function paidWords(item: BookedSession, now: number): string | undefined {
  const { booking, bought } = item
  if (!bought) return undefined
  if (booking.packId) return 'with a pack'
  if (booking.pricePaise === 0) return 'Free'
  if (holdsSeat(item, now)) return dueWords(item)
  if (booking.paidPaise > 0) return `${money(booking.paidPaise)} paid`
  return booking.status === 'confirmed' ? 'Nothing to pay' : undefined
}

/** A seat that is offered may still be taken with a coupon, or with a pack. */
function dueWords({ booking, due }: BookedSession): string {
  if (!due) return `${money(booking.pricePaise)} before any discount`
  return `${money(due.amountPaise)} to pay${due.seats > 1 ? ` for ${due.seats} seats together` : ''}`
}
