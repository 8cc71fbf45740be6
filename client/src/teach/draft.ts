/** A session as its form holds it, and what the form sends. Its fields are named as the contract's, so that a refusal of the server finds its field. */
import type { BodyOf } from '@peerlearn/contract/route'
import { largestWithoutStage } from '@peerlearn/contract/sessions'
import type { Session, sessionRoutes } from '@peerlearn/contract/sessions'
import { paiseOf, rupeesOf } from '../lib/money.ts'
import { instantOf, localValue } from '../lib/time.ts'
import { faultOf, newRepeat, type Repeat } from './repeat.ts'
import type { Schema } from '../ui/field-errors.ts'

export type SessionInput = Omit<Required<BodyOf<(typeof sessionRoutes)['create']>>, 'outsideHours'>

export interface Draft {
  title: string
  description: string
  /** As a datetime-local field writes it, in the mentor's zone. */
  startsAt: string
  durationMinutes: string
  capacity: string
  staged: boolean
  free: boolean
  /** As typed, in rupees. */
  pricePaise: string
  /** Before the start; 0: as long as the class runs. */
  bookingClosesMinutes: string
  minLearners: string
  refund: { fullHours: string; halfHours: string }
  skills: string[]
  /** Of a new one alone. */
  repeat: Repeat
}

/** An empty form: an hour, tomorrow at the next full hour. */
export function newDraft(now: number): Draft {
  // Through local fields: a full hour of a half-hour zone is not one of UTC.
  const d = new Date(now)
  const starts = new Date(d.getFullYear(), d.getMonth(), d.getDate() + 1, d.getHours() + 1)
  return {
    title: '',
    description: '',
    startsAt: localValue(starts.getTime()),
    durationMinutes: '60',
    capacity: '12',
    staged: false,
    free: true,
    pricePaise: '',
    bookingClosesMinutes: '0',
    minLearners: '0',
    refund: { fullHours: '24', halfHours: '2' },
    skills: [],
    repeat: newRepeat(starts),
  }
}

export const draftOf = (session: Session): Draft => ({
  title: session.title,
  description: session.description,
  startsAt: localValue(session.startsAt),
  durationMinutes: String(session.durationMinutes),
  capacity: String(session.capacity),
  staged: session.staged,
  free: session.pricePaise === 0,
  pricePaise: session.pricePaise ? rupeesOf(session.pricePaise) : '',
  bookingClosesMinutes: String(session.bookingClosesMinutes),
  minLearners: String(session.minLearners),
  refund: { fullHours: String(session.refund.fullHours), halfHours: String(session.refund.halfHours) },
  skills: [...session.skills],
  repeat: newRepeat(new Date(session.startsAt)),
})

/** NaN for anything that is no whole number; a number field hands over numbers. */
const whole = (typed: unknown): number => (/^\s*\d+\s*$/.test(String(typed)) ? Number(typed) : Number.NaN)

const outside = (value: number, min: number, max: number) => !(value >= min && value <= max)

/** Checks the form at this moment; `was` is the start of an edited session, which may stay as it is though it is past. */
export const draftRules = (now: () => number, was?: string): Schema<SessionInput> => ({
  safeParse(given) {
    const draft = given as Draft // the form hands over its own values
    const kept = was !== undefined && draft.startsAt === localValue(was)
    const input = {
      title: draft.title.trim(),
      description: draft.description.trim(),
      startsAt: (kept ? was : instantOf(draft.startsAt)) ?? '',
      durationMinutes: whole(draft.durationMinutes),
      capacity: whole(draft.capacity),
      staged: draft.staged,
      // A price of nothing is said by Free, not by a forgotten field.
      pricePaise: draft.free ? 0 : paiseOf(String(draft.pricePaise)) || Number.NaN,
      bookingClosesMinutes: whole(draft.bookingClosesMinutes),
      minLearners: whole(draft.minLearners),
      refund: { fullHours: whole(draft.refund.fullHours), halfHours: whole(draft.refund.halfHours) },
      skills: draft.skills,
    }
    const issues = Object.entries(faultsOf(input, draft, kept, now())).flatMap(([name, message]) =>
      message ? [{ path: [name], message }] : [],
    )
    if (issues.length) return { success: false, error: { issues } }
    return { success: true, data: input }
  },
})

function faultsOf(input: SessionInput, draft: Draft, kept: boolean, now: number) {
  const gone = !kept && Date.parse(input.startsAt) < now
  return {
    title: input.title.length < 3 && 'Give it a title of at least three letters.',
    description: !input.description && 'Say in a few sentences what people will learn.',
    startsAt:
      (!input.startsAt && 'Choose a day and a time.') || (gone && 'Choose a time that is still to come.'),
    durationMinutes: outside(input.durationMinutes, 5, 480) && 'From 5 minutes to 8 hours (480).',
    capacity: outside(input.capacity, 1, 300) && 'From 1 to 300 seats.',
    staged:
      !input.staged &&
      input.capacity > largestWithoutStage &&
      `More than ${largestWithoutStage} seats need a stage: nobody can follow so many cameras.`,
    // Razorpay takes no order below one rupee.
    pricePaise:
      input.pricePaise !== 0 &&
      outside(input.pricePaise, 100, 10_000_000) &&
      (/^\s*\d+\.\d{3,}\s*$/.test(String(draft.pricePaise))
        ? 'At most two decimals.'
        : 'From ₹1 to ₹1,00,000, or choose Free.'),
    minLearners: outside(input.minLearners, 0, input.capacity) && 'From 0 to the number of its seats.',
    refund:
      input.refund.halfHours > input.refund.fullHours && 'Half can’t come back for a longer time than all.',
    repeat: draft.repeat.on && faultOf(draft.repeat, draft.startsAt),
  }
}
