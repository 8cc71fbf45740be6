/** Paying for seats that are held: the checkout, and how it ended; and how another try at a seat was refused. */
import type { Booking } from '@peerlearn/contract/bookings'
import { ApiError, wordsOf } from '../lib/api.ts'
import { clockTime } from '../lib/time.ts'
import { checkout } from '../payments/checkout.ts'
import type { StateKind } from '../ui/state-icons.ts'
import type { SessionView } from './session-view.svelte.ts'

export const paidWords = 'Paid and booked.'

/** How the last try went, or what was done elsewhere and led here: to be read beside the button, until the next one. */
export interface Said {
  kind: StateKind
  words: string
  href?: string
  /** True no longer once the seat is paid, or its time ran out. */
  whileHeld?: boolean
}

export interface Tried {
  said?: Said
  /** The purchase that is paid, but not yet known to the server. */
  unconfirmed?: string
}

/** What can't be done at once stays to be read, with the way to what is in the way. */
export function refusalOf(error: unknown): Said {
  const words = wordsOf(error)
  if (!(error instanceof ApiError && error.code === 'time-conflict')) return { kind: 'bad', words }
  const { sessionId } = error.details
  return { kind: 'warn', words, ...(sessionId && { href: `/sessions/${sessionId}` }) }
}

/** A window that was closed is no answer: a payment approved in a UPI app arrives minutes later. */
export async function paySeats(
  view: SessionView,
  { purchaseId, heldUntil }: Pick<Booking, 'purchaseId' | 'heldUntil'>,
  person: { name: string; email: string },
): Promise<Tried> {
  if (!purchaseId || !heldUntil) return {}
  const until = clockTime(heldUntil)
  const outcome = await view.during(() => checkout({ purchaseId, sessionId: view.id }, person))
  if (outcome.kind === 'unconfirmed') return { unconfirmed: purchaseId }
  if (outcome.kind === 'paid') return { said: { kind: 'good', words: paidWords } }
  if (outcome.kind === 'failed')
    return {
      said: {
        kind: 'bad',
        words: `${outcome.reason} It is held until ${until}; try again.`,
        whileHeld: true,
      },
    }
  if (outcome.kind === 'dismissed')
    return {
      said: {
        kind: 'info',
        words: `The payment window was closed. Approved it in a UPI app? Then wait: the payment may still arrive, and you are booked as soon as it does. If not, pay before ${until}.`,
        whileHeld: true,
      },
    }
  return {}
}
