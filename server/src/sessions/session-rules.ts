/** What a session may be, whatever it is about. */
import { AppError } from '@peerlearn/contract/errors'
import type { RefundPolicy } from '@peerlearn/contract/refund-policy'
import { largestWithoutStage } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

interface Terms {
  capacity: number
  staged: boolean
  minLearners: number
  refund: RefundPolicy
  pricePaise?: number
}

/** @throws AppError `bad-input` that names the field */
export function requireSound(terms: Terms): void {
  for (const [field, words, wrong] of faults(terms))
    if (wrong) throw new AppError('bad-input', words, { [field]: words })
}

const faults = ({
  capacity,
  staged,
  minLearners,
  refund,
  pricePaise = 0,
}: Terms): [string, string, boolean][] => [
  // Razorpay takes orders of one rupee and more.
  ['pricePaise', 'A price is ₹1 or more, or nothing.', pricePaise > 0 && pricePaise < 100],
  // Everybody sending to everybody is for smaller classes.
  [
    'staged',
    `A class of more than ${largestWithoutStage} seats needs a stage.`,
    capacity > largestWithoutStage && !staged,
  ],
  ['minLearners', 'It can’t need more learners than it has seats.', minLearners > capacity],
  ['refund', 'Half can’t come back for a longer time than all.', refund.halfHours > refund.fullHours],
]

/** A start may lie five minutes back (forms take a while), by the database's clock. */
export async function refusePast(db: DbOrTrx, startsAt: string): Promise<void> {
  const { rows } = await sql<{ past: boolean }>`
    select ${startsAt}::timestamptz < now() - interval '5 minutes' as past`.execute(db)
  if (rows[0]?.past)
    throw new AppError('bad-input', 'A session can’t start in the past.', { startsAt: 'Lies in the past.' })
}
