/** A payer’s bank asks for the money back: set aside while it is looked at, gone when it is lost. */
import { sql } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import { postDisputeEnded, postDisputeOpened } from '../ledger/movements.ts'
import type { TellNow } from '../notifications/notifications.ts'
import { alarm, type AlarmDeps } from './alarm.ts'
import type { DisputeFact } from './entities.ts'
import { rupees } from '../rupees.ts'
import { lockCaptured } from './refunds.ts'

export interface DisputeNews {
  disputeId: string
  paymentId: string
  amountPaise: number
  status: DisputeFact['status']
}

/** Later ones win; of the three ends the first told is kept. */
const rank: Record<DisputeFact['status'], number> = { open: 0, under_review: 1, won: 2, lost: 2, closed: 2 }

/** In any order and any number of times. @returns what changed, if anything */
export async function applyDispute(trx: DbOrTrx, fact: DisputeFact): Promise<DisputeNews | undefined> {
  const payment = await lockCaptured(trx, fact.paymentId)
  if (!payment) return undefined
  const { id, before } = await keep(trx, payment.id, fact)
  if (before !== undefined && rank[fact.status] <= rank[before]) return undefined
  const { status, amountPaise } = fact
  await trx
    .updateTable('dispute')
    .set({ status, updated_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  const dispute = { id, paymentId: payment.id, amountPaise }
  await postDisputeOpened(trx, dispute)
  if (rank[status] === 2) await postDisputeEnded(trx, dispute, status === 'lost')
  return { disputeId: id, paymentId: payment.id, amountPaise, status }
}

/** @returns its row, and the state it had; undefined when it is new */
async function keep(trx: DbOrTrx, paymentId: string, fact: DisputeFact) {
  const known = await trx
    .selectFrom('dispute')
    .select(['id', 'status'])
    .where('gateway_id', '=', fact.disputeId)
    .executeTakeFirst()
  if (known) return { id: known.id, before: known.status }
  const id = newId()
  await trx
    .insertInto('dispute')
    .values({
      id,
      payment_id: paymentId,
      gateway_id: fact.disputeId,
      amount_paise: fact.amountPaise,
      status: fact.status,
      reason: fact.reason,
      respond_by: fact.respondBy,
    })
    .execute()
  return { id, before: undefined }
}

const words: Record<DisputeFact['status'], [title: string, rest: string]> = {
  open: ['A payment is disputed', 'is asked back by the payer’s bank. Answer at Razorpay in time.'],
  under_review: ['A dispute is being looked at', 'is with the payer’s bank.'],
  won: ['A dispute was won', 'stays with us.'],
  lost: ['A dispute was lost', 'has gone back to the payer.'],
  closed: ['A dispute was closed', 'stays with us.'],
}

/** @returns tells admins; for after the commit */
export function tellDispute(
  deps: AlarmDeps,
  trx: DbOrTrx,
  { disputeId, amountPaise, status }: DisputeNews,
): Promise<TellNow> {
  const [title, rest] = words[status]
  return alarm(deps, trx, {
    title,
    message: `${rupees(amountPaise)} ${rest}`,
    key: `dispute:${disputeId}:${status}`,
  })
}
