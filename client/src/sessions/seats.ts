import type { Session } from '@peerlearn/contract/sessions'

/** "3 of 12 left", "Last seat", "Full". */
export function seatWords({ seatsLeft, capacity }: Pick<Session, 'seatsLeft' | 'capacity'>): string {
  if (seatsLeft === 0) return 'Full'
  if (seatsLeft === 1 && capacity > 1) return `Last of ${capacity} seats`
  return `${seatsLeft} of ${capacity} left`
}
