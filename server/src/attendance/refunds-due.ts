/** What goes back to learners when a class was not what they paid for. */
import { shareOf } from '@peerlearn/contract/refund-policy'
import type { DecideRefund } from '../bookings/refund-due.ts'
import type { OnVerdict, Verdict } from './attendance.ts'

const reasons: Record<Verdict['outcome'], string> = {
  held: 'The session was looked at again.',
  'ended-early': 'The mentor ended the session early.',
  'mentor-absent': 'The mentor did not come.',
  failed: 'The session failed on our side.',
}

/** Each paid seat's share, less what an earlier verdict gave back of it. Seats of packs get their credit instead. */
export const createRefundsDue =
  ({ decideRefund }: { decideRefund: DecideRefund }): OnVerdict =>
  async (trx, { sessionId, verdict }) => {
    const { refundBasisPoints, givenBasisPoints, outcome, revision, decidedBy } = verdict
    if (refundBasisPoints <= givenBasisPoints) return
    const seats = await trx
      .selectFrom('booking')
      .select(['id', 'purchase_id as purchaseId', 'paid_paise as paidPaise'])
      .where('session_id', '=', sessionId)
      .where('status', '=', 'confirmed')
      .where('paid_paise', '>', 0)
      .where('pack_id', 'is', null)
      .where('purchase_id', 'is not', null)
      .orderBy('purchase_id')
      .orderBy('id')
      .$narrowType<{ purchaseId: string }>()
      .execute()
    for (const { id, purchaseId, paidPaise } of seats) {
      const amountPaise = shareOf(paidPaise, refundBasisPoints) - shareOf(paidPaise, givenBasisPoints)
      if (amountPaise === 0) continue
      await decideRefund(trx, {
        purchaseId,
        bookingId: id,
        amountPaise,
        reason: reasons[outcome],
        key: `verdict-${revision}-${id}`,
        requestedBy: decidedBy,
      })
    }
  }
