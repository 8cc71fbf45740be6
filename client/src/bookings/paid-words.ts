/** What a seat cost the person who looks at it. */
import type { BookedSession } from '@peerlearn/contract/bookings'
import { money } from '../lib/money.ts'

/** Nothing for who did not buy it, and for a seat that was let go before anything was paid. */
export function paidWords({ booking, bought }: BookedSession): string | undefined {
  if (!bought) return undefined
  if (booking.packId) return 'with a pack'
  if (booking.pricePaise === 0) return 'Free'
  if (booking.status === 'held') return `${money(booking.pricePaise)} before any discount`
  if (booking.paidPaise > 0) return `${money(booking.paidPaise)} paid`
  return booking.status === 'confirmed' ? 'Nothing to pay' : undefined
}
