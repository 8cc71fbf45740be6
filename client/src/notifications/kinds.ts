/** The kinds of notices in words. */
import type { NotificationKind } from '@peerlearn/contract/notifications'

export const kindWords: Record<NotificationKind, { label: string; text: string }> = {
  booking: { label: 'Seats', text: 'Booked, moved and given back' },
  waitlist: { label: 'Waitlist', text: 'A seat is offered to you' },
  session: { label: 'Changes', text: 'A session of yours moves, ends or is cancelled' },
  reminder: { label: 'Reminders', text: 'The day before class, half an hour before, and when it begins' },
  payment: { label: 'Payments', text: 'Receipts and refunds' },
  payout: { label: 'Payouts', text: 'What you earned is on its way' },
  follow: { label: 'Mentors you follow', text: 'They publish a new session' },
  account: { label: 'Your account', text: 'Its safety and your sign-ins; always in the app and by mail' },
  general: { label: 'Everything else', text: 'News of this place' },
}
