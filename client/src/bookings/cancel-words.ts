/** What giving a seat back comes to, said before and after. */
import type { CancelTerms } from '@peerlearn/contract/cancel-terms'
import { shareOf } from '@peerlearn/contract/refund-policy'
import { money } from '../lib/money.ts'
import { guestOf } from './going-words.ts'

/** The question, and its two answers. */
export function questionOf(terms: CancelTerms | undefined): { title: string; action: string; keep: string } {
  const [seat] = terms?.goes ?? []
  if (terms?.held)
    return terms.goes.length > 1
      ? { title: `Let your ${terms.goes.length} held seats go?`, action: 'Let them go', keep: 'Keep them' }
      : { title: 'Let your held seat go?', action: 'Let it go', keep: 'Keep it' }
  const back = { action: 'Give seat back', keep: 'Keep it' }
  if (!seat || seat.own) return { title: 'Give your seat back?', ...back }
  return { title: `Give back the seat of ${guestOf(seat)}?`, ...back }
}

/** What becomes of the money. */
export function termsWords(terms: CancelTerms): string {
  const { held, returnsTo, paidPaise, refundPaise, basisPoints, creditBack, refund } = terms
  if (held)
    return 'Nothing is booked yet. Should a payment that you approved still arrive, all of it comes back to you.'
  if (returnsTo) return 'You paid nothing, so no money comes back to you.'
  if (paidPaise === 0) {
    if (creditBack) return 'The credit goes back to your pack.'
    if (basisPoints < 10_000 && refund.fullHours > 0)
      return 'Somebody else can book it then. A credit of a pack, if it was taken with one, does not come back any more.'
    return 'Somebody else can book it then. You can book again while there are seats left.'
  }
  if (refundPaise < shareOf(paidPaise, basisPoints)) return restWords(paidPaise - refundPaise, refundPaise)
  if (refundPaise === paidPaise)
    return 'All of it goes back to where you paid from, usually within a few days.'
  if (refundPaise > 0) return 'Half of it goes back to where you paid from: it is short before the start.'
  return 'Nothing comes back any more: it is too short before the start.'
}

/** A part of the payment came back before: not all of the seat's share is left. */
function restWords(beforePaise: number, restPaise: number): string {
  if (restPaise === 0) return 'Nothing comes back any more: all of the payment was given back before.'
  return `${money(beforePaise)} of it was given back before. The rest goes back to where you paid from, usually within a few days.`
}

export function afterCancel({ held, goes, returnsTo, refundPaise, creditBack }: CancelTerms): string {
  if (returnsTo) return `${returnsTo} has the seat again.`
  if (held && goes.length > 1) return 'The seats are free again.'
  if (refundPaise) return `The seat is free again. ${money(refundPaise)} is on its way back to you.`
  return creditBack
    ? 'The seat is free again, and the credit is back in your pack.'
    : 'The seat is free again.'
}
