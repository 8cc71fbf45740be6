import type { Session } from '@peerlearn/contract/sessions'

/** "3 of 12 left", "Full". */
export function seatWords({ seatsLeft, capacity }: Pick<Session, 'seatsLeft' | 'capacity'>): string {
  if (seatsLeft === 0) return 'Full'
  return `${seatsLeft} of ${capacity} left`
}
