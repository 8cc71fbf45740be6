/** What giving a seat back means, said before and after. */
import type { CancelTerms } from '@peerlearn/contract/bookings'
import { money } from '../lib/money.ts'

export function termsWords({ paidPaise, refundPaise, basisPoints, creditBack, refund }: CancelTerms): string {
  if (paidPaise === 0) {
    if (creditBack) return 'The credit goes back to your pack.'
    if (basisPoints < 10_000 && refund.fullHours > 0)
      return 'Somebody else can book it then. A credit of a pack, if it was taken with one, does not come back any more.'
    return 'Somebody else can book it then. You can book again while there are seats left.'
  }
  if (refundPaise === paidPaise)
    return 'All of it goes back to where you paid from, usually within a few days.'
  if (refundPaise > 0) return 'Half of it goes back to where you paid from: it is short before the start.'
  return 'Nothing comes back any more: it is too short before the start.'
}

export function afterCancel(terms: CancelTerms | undefined): string {
  if (terms?.refundPaise)
    return `The seat is free again. ${money(terms.refundPaise)} is on its way back to you.`
  if (terms?.creditBack) return 'The seat is free again, and the credit is back in your pack.'
  return 'The seat is free again.'
}
